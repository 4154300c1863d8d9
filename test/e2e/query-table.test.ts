import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {after, before, describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {FIRST, OTHER, PATTERNS, type Pattern, ROWS, type Row, SECOND} from '../support/query-table.ts';
import {WebRig} from '../support/web-rig.ts';

interface Hit {
  readonly path: string;
  readonly lines: readonly {
    readonly line: number;
    readonly matches: readonly {start: number; end: number}[];
  }[];
  readonly linesTotal: number;
}

interface Answer {
  readonly total: number;
  readonly hits: readonly Hit[];
}

describeBackends('the query language', (backend) => {
  void describe('at three revisions', () => {
    let world: Awaited<ReturnType<typeof openWorld>>;
    before(async () => {
      world = await openWorld(backend);
    });
    after(() => world.close());

    for (const row of ROWS) test(`${row.query}${row.at ? ` at ${row.at}` : ''}`, () => assertRow(world, row));
    for (const pattern of PATTERNS) {
      test(`${pattern.query} as git grep ${pattern.grep.join(' ')}`, async () => {
        for (const revision of ['first', 'second', 'other']) await assertAsGitGrep(world, revision, pattern);
      });
    }
  });
});

async function openWorld(backend: Backend) {
  const rig = new CtrRig(backend);
  rig.commit('first', FIRST);
  rig.git('tag', 'first');
  rig.git('switch', '--quiet', '--create', 'other');
  rig.commit('other', OTHER);
  rig.git('switch', '--quiet', 'main');
  rig.commit('second', SECOND);
  rig.git('tag', 'second');
  rig.push('main', 'other', 'first', 'second');
  await rig.installWithoutHook();
  const web = await WebRig.open(rig);
  return {
    rig,
    ask: (revision: string, query: string, linesMax = 1000): Promise<Answer> =>
      web.json(`/repo/refs/${revision}/search?q=${encodeURIComponent(query)}&limit=200&linesMax=${linesMax}`),
    close: async () => {
      await web[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function assertRow(
  world: World,
  {query, paths, at = 'first', lines = {}, linesMax, best}: Row,
): Promise<void> {
  const {total, hits} = await world.ask(at, query, linesMax);
  const found = hits.map(({path}) => path);
  if (best !== undefined) assert.equal(found[0], best);
  if (query.includes('sort:')) assert.deepEqual(found, paths);
  assert.deepEqual(found.sort(), [...paths].sort());
  assert.equal(total, paths.length);
  for (const [path, expected] of Object.entries(lines)) {
    const hit = hits.find((found) => found.path === path);
    assert.deepEqual(
      hit?.lines.map(({line}) => line),
      expected,
      path,
    );
  }
}

async function assertAsGitGrep({rig, ask}: World, revision: string, {query, grep}: Pattern): Promise<void> {
  const args = ['grep', '-n', '-I', '--full-name', '-z', ...grep, revision, '--', ':!data/latin.txt'];
  const {stdout, status} = spawnSync('git', args, {cwd: rig.work, env: {...rig.env, LC_ALL: 'C.UTF-8'}});
  assert.ok(status === 0 || status === 1, `git grep ${grep.join(' ')}`);
  const expected = new Map<string, number[]>();
  for (const line of stdout.toString().split('\n')) {
    const [place, number] = line.split('\0');
    if (number === undefined) continue;
    const path = place!.slice(revision.length + 1);
    expected.set(path, [...(expected.get(path) ?? []), Number(number)]);
  }
  const {hits} = await ask(revision, `${query} -path:data/latin.txt`);
  const found = new Map(hits.map(({path, lines}) => [path, lines.map(({line}) => line)]));
  assert.deepEqual(
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)),
    [...expected].sort(([a], [b]) => (a < b ? -1 : 1)),
    revision,
  );
}
