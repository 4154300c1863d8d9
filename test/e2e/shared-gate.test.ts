import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SiteRepository} from '../../src/app/site/site.ts';
import type {IndexReader} from '../../src/store/ports/index-store.ts';
import {createApp} from '../../src/web/app.ts';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {WebRig} from '../support/web-rig.ts';

/** Eight run, sixty-four wait. */
const PASSING = 72;

test('costly pages and costly answers of the API wait in one row; who comes then is sent away', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.installWithoutHook();
  await using web = await WebRig.open(rig);
  const {promise: opened, resolve: open} = Promise.withResolvers<void>();
  const held = withHeldHistory((await web.site.findRepository('repo'))!, opened);
  const site = {listRepositories: async () => [held], findRepository: async () => held};
  const app = createApp({site, basePath: '', now: () => new Date()});
  const statuses: number[] = [];
  const ask = async (path: string) => {
    const {status, headers} = await app.request(path);
    statuses.push(status);
    assert.equal(headers.get('retry-after'), status === 429 ? '1' : null);
  };
  const paths = ['/repo/history', '/api/v1/repo/head/history', '/repo/feed'];
  const asked = Array.from({length: PASSING + 2}, async (_, at) => ask(paths[at % paths.length]!));
  await until(() => statuses.length === 2, 'those that are too many to be sent away');
  assert.equal((await app.request('/repo/file/a.txt')).status, 200);
  open();
  await Promise.all(asked);
  assert.deepEqual(statuses, [429, 429, ...Array.from({length: PASSING}, () => 200)]);
});

/** The repository; whoever reads its history waits. */
function withHeldHistory(repository: SiteRepository, opened: Promise<void>): SiteRepository {
  return {
    ...repository,
    withReader: async (work) =>
      repository.withReader(async (reader) => work({...reader, store: heldStore(reader.store, opened)})),
  };
}

function heldStore(store: IndexReader, opened: Promise<void>): IndexReader {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'listCommits') {
        return async function* (...wanted: Parameters<IndexReader['listCommits']>) {
          await opened;
          yield* target.listCommits(...wanted);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
