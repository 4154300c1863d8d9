import assert from 'node:assert/strict';
import {test} from 'node:test';
import {serializeBitmap} from '../../../../src/domain/bitmap.ts';
import {readFreshHistories} from '../../../../src/sync/ref-events/fresh-histories.ts';
import {makeRef, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const ref = (name: string, ...history: number[]) =>
  makeRef(`refs/heads/${name}`, {
    commit: oidOf(history.join()),
    history: serializeBitmap(history),
    indexedAt: new Date(Date.UTC(2026, 0, history.length)).toISOString(),
  });

/** What the refs show that are to be created, and no ref of the index does; with the names that were read. */
async function readFresh(created: Parameters<typeof readFreshHistories>[2], stored: typeof created) {
  await using index = await openScratchIndex();
  await index.store.putRefs(stored.map((record) => ({record, expected: undefined})));
  const read: string[] = [];
  const store = new Proxy(index.store, {
    get(target, member) {
      if (member !== 'readRefs') return Reflect.get(target, member) as unknown;
      return (repo: string, names: readonly string[]) => {
        read.push(...names);
        return target.readRefs(repo, names);
      };
    },
  });
  using fresh = await readFreshHistories(store, REPO, created);
  const histories = [...fresh.histories].map(([name, history]) => [name, [...history]] as const);
  return {read, histories: Object.fromEntries(histories) as Record<string, number[]>};
}

test('each new ref has the commits that no ref of the index shows', async () => {
  const created = [ref('new', 1, 2, 3, 4), ref('other', 1, 4, 5), ref('old', 1, 2)];
  const {histories} = await readFresh(created, [ref('main', 1, 2), ref('side', 1, 3)]);
  assert.deepEqual(histories, {'refs/heads/new': [4], 'refs/heads/other': [4, 5], 'refs/heads/old': []});
});

test('what another new ref shows is fresh for both', async () => {
  const {histories} = await readFresh([ref('a', 1, 2), ref('b', 1, 2)], [ref('main', 1)]);
  assert.deepEqual(histories, {'refs/heads/a': [2], 'refs/heads/b': [2]});
});

test('refs are read, the latest first, until nothing is left; one of each commit', async () => {
  const all = Array.from({length: 60}, (_, at) =>
    ref(`${at}`, ...Array.from({length: at + 1}, (_, seq) => seq)),
  );
  const {read, histories} = await readFresh(
    [ref('new', 58)],
    [...all, ref('twin', ...Array.from({length: 60}, (_, seq) => seq))],
  );
  assert.deepEqual(histories, {'refs/heads/new': []});
  assert.equal(read.length, 20);
  assert.equal(new Set(read.map((name) => name.replace('twin', '59'))).size, 20);
});

test('without a new ref nothing is read', async () => {
  assert.deepEqual(await readFresh([], [ref('main', 1)]), {read: [], histories: {}});
});
