import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SiteRepository} from '../../../../src/app/site/site.ts';
import {CtrError} from '../../../../src/util/ctr-error.ts';
import {countUnready} from '../../../../src/web/operation/readiness.ts';

test('each index is asked once, few at once; what its owner must set right counts as answering', async () => {
  let running = 0;
  let runningMost = 0;
  const asked: string[] = [];
  const repository = (name: string, place: string, failure?: CtrError): SiteRepository => ({
    name,
    gitDir: undefined,
    readRunningWork: async () => undefined,
    readIndexPlace: async () => {
      if (place === '') throw new CtrError('CONFIG', 'wrong settings');
      return place;
    },
    async withReader(): Promise<never> {
      asked.push(place || name);
      running++;
      runningMost = Math.max(runningMost, running);
      await new Promise(setImmediate);
      running--;
      if (failure) throw failure;
      return true as never;
    },
  });
  const repositories = [
    ...Array.from({length: 20}, (_, at) => repository(`a${at}`, `own ${at}`)),
    ...Array.from({length: 20}, (_, at) => repository(`b${at}`, 'shared')),
    repository('c', '', new CtrError('CONFIG', 'wrong settings')),
    repository('d', 'down', new CtrError('BACKEND_UNAVAILABLE', 'down')),
  ];
  const site = {listRepositories: async () => repositories, findRepository: async () => undefined};
  assert.deepEqual(await countUnready(site), {unready: 1, all: 23});
  assert.deepEqual([asked.length, new Set(asked).size], [23, 23]);
  assert.ok(runningMost <= 4, `${runningMost} at once`);
});
