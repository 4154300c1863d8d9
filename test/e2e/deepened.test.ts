import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {gitFacts} from '../support/git-facts.ts';
import {GitRig} from '../support/git-rig.ts';
import {killAtListedPoint, listKillPoints} from '../support/kill.ts';
import {readLogicalState} from '../support/logical-state.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

/** Of the points at which a sync may be killed about so many are tried, evenly spread. */
const KILLS = {embedded: 8, servers: 4};
const EPOCH = 1_700_000_000;

/** What moves the boundary; between two of them comes a sync. */
const STEPS: readonly (readonly [name: string, run: (mirror: Mirror) => void])[] = [
  ['cut to one commit each', (mirror) => mirror.fetch('--depth', '1')],
  ['deepened by one', (mirror) => mirror.fetch('--deepen', '1')],
  [
    'pushed to',
    (mirror) => {
      mirror.grow(650);
      mirror.fetch();
    },
  ],
  ['unshallowed', (mirror) => mirror.fetch('--unshallow')],
  [
    'cut since a date',
    (mirror) => {
      mirror.grow(5000);
      mirror.grow(6000);
      mirror.fetchOne('refs/heads/main', `--shallow-since=@${EPOCH + 4000}`);
      mirror.collectGarbage();
    },
  ],
  [
    'cut to one commit, which is new',
    (mirror) => {
      mirror.grow(600);
      mirror.fetch('--depth', '1');
      mirror.collectGarbage();
    },
  ],
  [
    'deepened and pushed to',
    (mirror) => {
      mirror.grow(600);
      mirror.fetch('--depth', '3');
    },
  ],
  ['whole again', (mirror) => mirror.fetch('--unshallow')],
];

describeBackends('a repository whose history gets deeper or shorter while no ref moves', (backend) => {
  for (const history of ['all', 'refs'] as const) {
    test(`equals Git and an index made from scratch after each sync, ctr.history = ${history}`, async () => {
      await using mirror = new Mirror(backend);
      mirror.fetch();
      await mirror.rig.installWithoutHook('--history', history);
      for (const [name, run] of STEPS) {
        run(mirror);
        await mirror.rig.sync();
        await mirror.assertSound(name, history);
      }
    });
  }

  test('status and verify say that it is behind, sync what it did', async () => {
    await using mirror = new Mirror(backend);
    const {rig} = mirror;
    mirror.fetch('--depth', '1');
    await rig.installWithoutHook();
    mirror.fetch('--unshallow');
    const before = (await rig.ctr('status')).stdout.toString();
    assert.match(before, /: behind /);
    assert.match(before, /^history: the repository was deepened or cut/m);
    const {findings} = JSON.parse(
      (await rig.tryCtr('verify', '--json')).stdout.toString().trim().split('\n').at(-1)!,
    );
    const refs = ['refs/heads/main', 'refs/heads/side', 'refs/tags/old'];
    assert.deepEqual(
      findings,
      refs.map((ref) => ({kind: 'history-behind', ref})),
    );
    const summary = await rig.sync();
    assert.deepEqual(summary.moves, []);
    assert.deepEqual(summary.rewritten, refs);
    // Three that were cut, the four others, and none twice.
    assert.equal(summary.commitsWritten, 7);
    assert.match((await rig.ctr('status')).stdout.toString(), /: up to date /);
    mirror.fetch('--depth', '1');
    assert.match((await rig.ctr('sync')).stdout.toString(), /3 refs have another history/);
    assert.match((await rig.ctr('sync')).stdout.toString(), /up to date, nothing written/);
  });

  test('a mirror of depth 1 that follows its source costs what is new, not what is old', async () => {
    await using mirror = new Mirror(backend);
    mirror.fetch('--depth', '1');
    await mirror.rig.installWithoutHook();
    for (let round = 0; round < 2; round++) {
      mirror.grow(500);
      mirror.fetch('--depth', '1');
      const {moves, rewritten, commitsWritten, commitsRemoved, refsWritten} = await mirror.rig.sync();
      assert.deepEqual(
        [moves.length, rewritten, commitsWritten, commitsRemoved, refsWritten],
        [1, [], 1, 1, 1],
      );
    }
    // The boundary loses what nothing reaches any more: that is nobody's history.
    mirror.collectGarbage();
    const {rewritten, commitsWritten} = await mirror.rig.sync();
    assert.deepEqual([rewritten, commitsWritten], [[], 0]);
    await mirror.assertSound('after gc', 'all');
  });

  test('a branch that is not concerned is not looked at again', async () => {
    await using mirror = new Mirror(backend);
    const other = mirror.source.commit({tree: {'o.txt': 'other\n'}, parents: [mirror.source.commit()]});
    mirror.source.setRef('refs/heads/other', other);
    mirror.fetch();
    await mirror.rig.installWithoutHook();
    mirror.fetchOne('refs/heads/other', '--depth', '1');
    const {rewritten, commitsWritten, commitsRemoved} = await mirror.rig.sync();
    assert.deepEqual([rewritten, commitsWritten, commitsRemoved], [['refs/heads/other'], 1, 1]);
    await mirror.assertSound('one branch cut', 'all');
  });

  for (const command of [['verify', '--repair'], ['reindex']]) {
    test(`ctr ${command.join(' ')} brings a deepened history in the right order, too`, async () => {
      await using mirror = new Mirror(backend);
      mirror.fetch('--depth', '2');
      await mirror.rig.installWithoutHook();
      mirror.fetch('--unshallow');
      await mirror.rig.ctr(...command);
      await mirror.assertSound(command[0]!, 'all');
    });
  }

  test('a reindex of a deepened repository builds it once', async () => {
    await using mirror = new Mirror(backend);
    mirror.fetch('--depth', '2');
    await mirror.rig.installWithoutHook();
    mirror.fetch('--unshallow');
    const {stdout} = await mirror.rig.ctr('reindex', '--json');
    const summary = JSON.parse(stdout.toString().trim().split('\n').at(-1)!) as {commitsWritten: number};
    assert.equal(summary.commitsWritten, mirror.commits.length);
  });

  for (const [name, before, after] of [
    ['deepened', ['--depth', '1'], ['--unshallow']],
    ['cut', [], ['--depth', '1']],
  ] as const) {
    test(`a sync of a ${name} repository that is killed at any point goes on, and readers see no mixture`, async () => {
      const start = async () => {
        const mirror = new Mirror(backend);
        mirror.fetch(...before);
        await mirror.rig.installWithoutHook();
        mirror.fetch(...after);
        return mirror;
      };
      await using twin = await start();
      const world = (mirror: Mirror) => ({env: mirror.rig.env, cwd: mirror.rig.gitDir});
      const points = [...(await listKillPoints(['sync'], world(twin))).keys()];
      const step = Math.ceil(points.length / KILLS[backend === 'embedded' ? 'embedded' : 'servers']);
      for (const n of points.filter((point) => point % step === 0)) {
        await using mirror = await start();
        await killAtListedPoint(['sync'], {n: n + 1, total: points.length}, world(mirror));
        await mirror.assertFilesRight();
        await mirror.rig.sync();
        await mirror.assertSound(`killed at ${n + 1}`, 'all');
      }
    });
  }
});

/** A mirror of a history with equal and skewed dates. */
class Mirror implements AsyncDisposable {
  readonly source = new GitRig();
  readonly rig: CtrRig;
  readonly commits: string[] = [];

  constructor(backend: Backend) {
    this.rig = new CtrRig(backend);
    // Newest first, equal ones, and one from the far future.
    for (const time of [900, 800, 800, 2_000_000_000, 700, 700, 700]) this.grow(time);
    this.source.setRef('refs/tags/old', this.commits[2]!);
    this.source.setRef('refs/heads/side', this.commits[4]!);
  }

  /** One more commit on main. */
  grow(time: number): void {
    const n = this.commits.length;
    const oid = this.source.commit({
      tree: {'a.txt': `version ${n}\n`, [`dir/f${n}.txt`]: `file ${n}\n`, 'same.txt': 'same\n'},
      parents: this.commits.slice(-1),
      committer: `C <c@e.org> ${EPOCH + time} +0000`,
      message: `commit ${n}\n`,
    });
    this.commits.push(oid);
    this.source.setRef('refs/heads/main', oid);
  }

  fetch(...args: string[]): void {
    this.#git('fetch', '--quiet', '--prune', ...args, `file://${this.source.gitDir}`, '+refs/*:refs/*');
  }

  fetchOne(ref: string, ...args: string[]): void {
    this.#git('fetch', '--quiet', ...args, `file://${this.source.gitDir}`, `+${ref}:${ref}`);
  }

  collectGarbage(): void {
    this.#git('gc', '--quiet', '--prune=now');
  }

  #git(...args: string[]): void {
    this.rig.git('--git-dir', this.rig.gitDir, ...args);
  }

  /** Each commit that the index knows has the files that Git says. */
  async assertFilesRight(): Promise<void> {
    const facts = gitFacts(this.rig.gitDir);
    for (const oid of this.commits) {
      const {code, stdout} = await this.rig.tryCtr('ls', '--json', '--recursive', '--ref', oid);
      if (code !== 0) continue;
      const {entries} = JSON.parse(stdout.toString()) as {entries: {path: string; oid: string}[]};
      assert.deepEqual(
        entries.map((entry) => [entry.path, entry.oid]),
        facts.files(oid).map((entry) => [entry.path, entry.oid]),
        oid,
      );
    }
  }

  /** Readers see what Git says, in topological order; verify finds nothing; all is as in an index made from scratch. */
  async assertSound(what: string, history: 'all' | 'refs'): Promise<void> {
    const {rig} = this;
    assert.equal((await rig.json<{upToDate: boolean}>('status')).upToDate, true, what);
    await rig.ctr('verify', '--all-commits');
    const facts = gitFacts(rig.gitDir);
    for (const {name, commit} of facts.refs()) {
      const reached = facts.reachedBy([commit!]);
      const {commits} = await rig.json<{commits: {oid: string}[]}>('log', '--ref', name);
      const logged = commits.map(({oid}) => oid);
      assert.deepEqual(logged.toSorted(), reached.toSorted(), `${what}: log of ${name}`);
      for (const oid of reached) {
        for (const parent of facts.parentsOf(oid))
          assert.ok(logged.indexOf(oid) < logged.indexOf(parent), `${what}: ${oid} stands before its parent`);
      }
    }
    assert.deepEqual(
      await countStored(rig),
      expectStored(rig.gitDir, history),
      `${what}: nothing is left over`,
    );
    const world = {env: rig.env, cwd: rig.gitDir};
    const grown = await readLogicalState(world);
    await rig.ctr('reindex');
    assert.deepEqual(grown, await readLogicalState(world), `${what}: as made from scratch`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
    this.source[Symbol.dispose]();
  }
}
