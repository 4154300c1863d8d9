import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {shortRefName} from '../../../src/domain/ref.ts';
import type {ListedRef} from '../../../src/read/list-refs.ts';
import {pageRefs, type RefsWanted} from '../../../src/read/page-refs.ts';

/** Full names, and when their commits were committed; sorted as the index lists them. */
const REFS: readonly (readonly [name: string, time: number])[] = [
  ['refs/heads/feature/login', 30],
  ['refs/heads/main', 10],
  ['refs/heads/old', 5],
  ['refs/notes/commits', 40],
  ['refs/tags/v1.10', 1],
  ['refs/tags/v1.9', 2],
];

const HEAD = 'refs/heads/main';

async function page(wanted: Partial<RefsWanted>, refs = REFS) {
  const times = new Map(refs.map(([name, time]) => [`of ${name}`, time]));
  const found = await pageRefs(
    refs.map(([name]) => ({name, commit: `of ${name}`}) as ListedRef),
    {order: 'newest', limit: 10, ...wanted},
    {head: HEAD, timesOf: async () => times},
  );
  return {...found, names: found.refs.map(({name}) => shortRefName(name))};
}

const CASES: readonly [name: string, wanted: Partial<RefsWanted>, names: readonly string[]][] = [
  [
    'newest: HEAD first, then branches by date, tags by version, others',
    {},
    ['main', 'feature/login', 'old', 'v1.10', 'v1.9', 'notes/commits'],
  ],
  [
    'by name: as Git sorts them',
    {order: 'name'},
    ['feature/login', 'main', 'old', 'notes/commits', 'v1.10', 'v1.9'],
  ],
  ['one kind', {kind: 'tag'}, ['v1.10', 'v1.9']],
  ['a part of the name, in any case', {filter: 'LOG'}, ['feature/login']],
  ['a full name is meant as one', {filter: 'refs/tags/v1.9'}, ['v1.9']],
  ['ranked: letters of the name are enough', {filter: 'ftlog', isRanked: true}, ['feature/login']],
  ['not ranked: they are not', {filter: 'ftlog'}, []],
];

describe('pageRefs', () => {
  for (const [name, wanted, names] of CASES)
    test(name, async () => assert.deepEqual((await page(wanted)).names, names));

  for (const order of ['newest', 'name'] as const) {
    test(`pages by ${order} have each ref once`, async () => {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const {names, nextAfter, total} = await page({order, limit: 2, after});
        assert.equal(total, REFS.length);
        seen.push(...names);
        after = nextAfter;
      } while (after !== undefined);
      assert.deepEqual(seen, (await page({order})).names);
    });
  }

  test('the next page is found although the last ref of this one has gone', async () => {
    const {nextAfter} = await page({limit: 2});
    const left = REFS.filter(([name]) => !name.endsWith('login'));
    assert.deepEqual((await page({after: nextAfter}, left)).names.slice(0, 2), ['old', 'v1.10']);
  });

  test('a place that is none of the order is refused', async () => {
    await assert.rejects(page({after: 'refs/heads/main'}), {code: 'USAGE'});
  });

  test('names are sorted by their bytes, not by their UTF-16 units', async () => {
    const names = ['refs/heads/\u{1f600}', 'refs/heads/\uff5e', 'refs/heads/a', 'refs/heads/ab'];
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const {refs} = await page(
      {order: 'name'},
      names.map((name) => [name, 0] as const),
    );
    assert.deepEqual(
      refs.map(({name}) => name),
      sorted,
    );
  });
});
