import assert from 'node:assert/strict';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {decodePath} from '../../../src/domain/path.ts';
import {type CommitEvent, streamCommits} from '../../../src/git/commit-stream.ts';
import {openRepository} from '../../../src/git/repository.ts';
import {streamRevList} from '../../../src/git/rev-list.ts';
import {collect, GitRig} from '../../support/git-rig.ts';

const ZERO = /^0+$/;

async function eventsOf(gitDir: string, ...tips: string[]): Promise<CommitEvent[]> {
  const repo = await openRepository(gitDir);
  return collect(streamCommits(repo, streamRevList(repo, {tips})));
}

/** Events as lines: short to compare. */
function lines(events: readonly CommitEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'commit') return `commit ${event.commit.subject}`;
    if (event.type === 'end') return `end${event.combinedPaths?.map((path) => ` ${path}`).join('') ?? ''}`;
    return `${event.from?.mode ?? '-'} ${event.to?.mode ?? '-'} ${event.path}`;
  });
}

/** What git's own commands say about a range, one commit at a time. */
function oracle(rig: GitRig, gitDir: string, tip: string): string[] {
  const git = (...args: string[]) => rig.run([`--git-dir=${gitDir}`, ...args]).stdout;
  const listed = git('rev-list', '--topo-order', '--reverse', '--parents', tip)
    .toString('latin1')
    .trim()
    .split('\n');
  return listed.flatMap((line) => {
    const [oid = '', ...parents] = line.split(' ');
    const subject = git('log', '-1', '--format=%s', oid).toString().trimEnd();
    const raw = ['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', '--no-commit-id'];
    const changes = fields(parents.length > 0 ? git(...raw, parents[0]!, oid) : git(...raw, '--root', oid));
    const combined = fields(parents.length > 1 ? git(...raw, '-c', '--name-only', oid) : Buffer.alloc(0));
    const shown = changes.flatMap((field, index) =>
      index % 2 === 0 ? [change(field, changes[index + 1]!)] : [],
    );
    return [`commit ${subject}`, ...shown, `end${combined.map((path) => ` ${path}`).join('')}`];
  });
}

function change(fact: string, path: string): string {
  const [fromMode, toMode, from, to] = fact.slice(1).split(' ');
  return `${ZERO.test(from!) ? '-' : fromMode} ${ZERO.test(to!) ? '-' : toMode} ${path}`;
}

function fields(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .map((field) => decodePath(Buffer.from(field, 'latin1')));
}

describe('streamCommits', () => {
  it('gives a root’s files as added, then what each commit changes', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {'a.txt': '1', 'd/b.txt': '2'}});
    const next = rig.commit({message: 'next', tree: {'a.txt': '3', 'd/c.txt': '2'}, parents: [root]});
    const events = await eventsOf(rig.gitDir, next);
    assert.deepEqual(lines(events), [
      'commit root',
      '- 100644 a.txt',
      '- 100644 d/b.txt',
      'end',
      'commit next',
      '100644 100644 a.txt',
      '100644 - d/b.txt',
      '- 100644 d/c.txt',
      'end',
    ]);
    assert.deepEqual(events[5], {
      type: 'change',
      path: 'a.txt',
      from: {mode: '100644', oid: rig.blob('1')},
      to: {mode: '100644', oid: rig.blob('3')},
    });
  });

  it('compares merges with their first parent, and names the paths that differ from every parent', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {a: '1', b: '1', c: '1'}});
    const left = rig.commit({message: 'left', tree: {a: '2', b: '1', c: '1'}, parents: [root]});
    const right = rig.commit({message: 'right', tree: {a: '1', b: '2', c: '1'}, parents: [root]});
    const evil = rig.commit({message: 'evil', tree: {a: '2', b: '2', c: 'evil'}, parents: [left, right]});
    const clean = rig.commit({message: 'clean', tree: {a: '2', b: '2', c: '1'}, parents: [left, right]});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, evil)).slice(-4), [
      'commit evil',
      '100644 100644 b',
      '100644 100644 c',
      'end c',
    ]);
    assert.deepEqual((await eventsOf(rig.gitDir, clean)).at(-1), {type: 'end', combinedPaths: []});
  });

  it('agrees with git on an octopus of 40 parents, and on a parent named twice', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {base: '1'}});
    const parents = Array.from({length: 40}, (_, index) =>
      rig.commit({message: `p${index}`, tree: {base: '1', [`f${index}`]: 'x'}, parents: [root]}),
    );
    const octopus = rig.commit({message: 'octopus', tree: {base: '2', f0: 'x'}, parents});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, octopus)), oracle(rig, rig.gitDir, octopus));
    const twice = rig.commit({message: 'twice', tree: {base: '3'}, parents: [root, root]});
    const events = await eventsOf(rig.gitDir, twice);
    assert.deepEqual(events.at(-1), {type: 'end', combinedPaths: ['base']});
  });

  it('shows commits that change nothing, changes of type and of mode, symlinks and submodules', async () => {
    using rig = new GitRig();
    const oid = rig.blob('target');
    const tree = (mode: string, target = oid) => rig.tree([{mode, name: 'x', oid: target}]);
    const root = rig.commit({message: 'file', tree: tree('100644')});
    const empty = rig.commit({message: 'empty', tree: tree('100644'), parents: [root]});
    const executable = rig.commit({message: 'mode', tree: tree('100755'), parents: [empty]});
    const symlink = rig.commit({message: 'symlink', tree: tree('120000'), parents: [executable]});
    const submodule = rig.commit({
      message: 'submodule',
      tree: tree('160000', '7'.repeat(40)),
      parents: [symlink],
    });
    const gone = rig.commit({message: 'gone', tree: {}, parents: [submodule]});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, gone)), [
      'commit file',
      '- 100644 x',
      'end',
      'commit empty',
      'end',
      'commit mode',
      '100644 100755 x',
      'end',
      'commit symlink',
      '100755 120000 x',
      'end',
      'commit submodule',
      '120000 160000 x',
      'end',
      'commit gone',
      '160000 - x',
      'end',
    ]);
  });

  it('keeps hostile, odd and non-UTF-8 paths as they are', async () => {
    using rig = new GitRig();
    const oid = rig.blob('x');
    const names = [
      '..',
      '.git',
      '\n',
      ' ',
      '-x',
      ':100644',
      '\x01',
      `${'1'.repeat(40)}`,
      Buffer.from('caf\xe9', 'latin1'),
    ];
    const tree = rig.tree(
      names
        .map((name) => ({mode: '100644', name, oid}))
        .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
    );
    const tip = rig.commit({message: 'odd', tree});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, tip)), oracle(rig, rig.gitDir, tip));
    assert.ok(lines(await eventsOf(rig.gitDir, tip)).includes('- 100644 caf\uefe9'));
  });

  it('cannot be deceived by a path that looks like the next answer', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root'});
    const [a, b] = ['a', 'b'].map((message) => rig.commit({message, parents: [root]}));
    const victim = rig.commit({message: 'victim', tree: {x: '1'}, parents: [a!, b!]});
    const attack = rig.commit({message: 'attack', tree: {[victim]: '1', zz: '2'}, parents: [a!, b!]});
    const tip = rig.commit({message: 'tip', parents: [attack, victim]});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, tip)), oracle(rig, rig.gitDir, tip));
  });

  it('survives trees with duplicate, unsorted, empty and nested names', async () => {
    using rig = new GitRig();
    const [x, y] = [rig.blob('x'), rig.blob('y')];
    const empty = rig.tree([]);
    const duplicates = rig.tree([
      {mode: '100644', name: 'dup', oid: x},
      {mode: '100644', name: 'dup', oid: y},
      {mode: '040000', name: 'dup', oid: rig.treeOf({inside: '1'})},
    ]);
    const odd = rig.tree([
      {mode: '100644', name: 'z', oid: x},
      {mode: '100644', name: 'a/b', oid: x},
      {mode: '040000', name: 'empty', oid: empty},
      {mode: '100664', name: 'group', oid: y},
    ]);
    const first = rig.commit({message: 'duplicates', tree: duplicates});
    const second = rig.commit({message: 'odd', tree: odd, parents: [first]});
    const third = rig.commit({message: 'back', tree: duplicates, parents: [second]});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, third)), oracle(rig, rig.gitDir, third));
  });

  it('reads sha256 repositories', async () => {
    using rig = new GitRig({objectFormat: 'sha256'});
    const root = rig.commit({message: 'root', tree: {a: '1'}});
    const sides = ['x', 'y'].map((name) =>
      rig.commit({message: name, tree: {a: '1', [name]: name}, parents: [root]}),
    );
    const merge = rig.commit({message: 'merge', tree: {a: 'both'}, parents: sides});
    assert.deepEqual(lines(await eventsOf(rig.gitDir, merge)), oracle(rig, rig.gitDir, merge));
  });

  it('shows everything as added where a shallow history stops, also at a merge', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {a: '1'}});
    const side = rig.commit({message: 'side', tree: {a: '1', s: '1'}, parents: [root]});
    const merge = rig.commit({message: 'merge', tree: {a: '2', s: '1'}, parents: [root, side]});
    const tip = rig.commit({message: 'tip', tree: {a: '3', s: '1'}, parents: [merge]});
    rig.setRef('refs/heads/main', tip);
    const shallow = rig.clone('shallow.git', '--bare', '--depth=2');
    const events = await eventsOf(shallow, tip);
    assert.deepEqual(lines(events), [
      'commit merge',
      '- 100644 a',
      '- 100644 s',
      'end',
      'commit tip',
      '100644 100644 a',
      'end',
    ]);
    assert.ok(events[0]?.type === 'commit');
    assert.deepEqual(events[0].commit.parents, []);
    assert.deepEqual(events[3], {type: 'end', combinedPaths: undefined});
  });

  it('is not changed by the repository’s configuration, attributes, grafts or replacements', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {'dir/a': '1\n2\n3\n4\n5\n', b: 'x'}});
    const moved = rig.commit({
      message: 'moved',
      tree: {'dir/moved': '1\n2\n3\n4\n5\n', b: 'y'},
      parents: [root],
    });
    const settings = {
      'diff.renames': 'copies',
      'diff.noprefix': 'true',
      'diff.relative': 'true',
      'diff.orderFile': '/nonexistent',
      'diff.external': 'false',
      'diff.ignoreSubmodules': 'all',
      'diff.submodule': 'log',
      'log.showSignature': 'true',
      'log.showRoot': 'false',
      'log.decorate': 'full',
      'format.pretty': 'fuller',
      'core.abbrev': '7',
      'core.quotePath': 'true',
      'color.ui': 'always',
      'core.pager': 'false',
    };
    for (const [key, value] of Object.entries(settings)) rig.git('config', key, value);
    rig.git('replace', root, moved);
    writeFileSync(join(rig.gitDir, 'info', 'grafts'), `${moved}\n`);
    assert.deepEqual(lines(await eventsOf(rig.gitDir, moved)), [
      'commit root',
      '- 100644 b',
      '- 100644 dir/a',
      'end',
      'commit moved',
      '100644 100644 b',
      '100644 - dir/a',
      '- 100644 dir/moved',
      'end',
    ]);
  });

  it('gives the changes of one commit in several arrays, and the events of many in few', async () => {
    using rig = new GitRig();
    const oid = rig.blob('x');
    const tree = rig.tree(
      Array.from({length: 50_000}, (_, index) => ({
        mode: '100644',
        name: `f${String(index).padStart(6, '0')}`,
        oid,
      })),
    );
    const root = rig.commit({message: 'large', tree});
    const tip = rig.commit({message: 'nothing', tree, parents: [root]});
    const repo = await openRepository(rig.gitDir);
    const sizes: number[] = [];
    for await (const events of streamCommits(repo, streamRevList(repo, {tips: [tip]})))
      sizes.push(events.length);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      50_004,
    );
    assert.ok(sizes.length > 10 && Math.max(...sizes) <= 2_100);
  });

  it('agrees with git on several thousand commits and merges', async () => {
    using rig = new GitRig();
    rig.fastImport(manyCommits(3000));
    const tip = rig.git('rev-parse', 'refs/heads/main');
    const events = await eventsOf(rig.gitDir, tip);
    const expected = rig.git('log', '--topo-order', '--reverse', '--format=%s', tip).split('\n');
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'commit' ? [event.commit.subject] : [])),
      expected,
    );
    const raw = rig.git(
      'log',
      '--topo-order',
      '--reverse',
      '--format=',
      '--raw',
      '--no-renames',
      '--root',
      '--diff-merges=first-parent',
      '--name-only',
      tip,
    );
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'change' ? [event.path] : [])),
      raw.split('\n').filter((line) => line !== ''),
    );
    const merges = events.filter((event) => event.type === 'end' && event.combinedPaths !== undefined);
    assert.equal(merges.length, Number(rig.git('rev-list', '--count', '--merges', tip)));
  });

  it('names the commit whose tree is missing', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root', tree: {a: '1'}});
    const tree = rig.treeOf({a: '2'});
    const bad = rig.commit({message: 'bad', tree, parents: [root]});
    rmSync(rig.looseObject(tree));
    await assert.rejects(
      eventsOf(rig.gitDir, bad),
      (error: {code: string; data: {commit: string}; message: string}) => {
        assert.deepEqual([error.code, error.data.commit], ['REPOSITORY', bad]);
        assert.match(error.message, new RegExp(tree));
        return true;
      },
    );
  });

  it('names the commit that is missing', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    const gone = '8'.repeat(40);
    const listed = [
      [
        {oid: rig.commit(), parents: []},
        {oid: gone, parents: []},
        {oid: rig.commit({message: 'b'}), parents: []},
      ],
    ];
    await assert.rejects(collect(streamCommits(repo, listed)), {
      code: 'REPOSITORY',
      message: new RegExp(gone),
    });
  });

  it('stops early without waiting for git, and ends its source', async () => {
    using rig = new GitRig();
    rig.fastImport(manyCommits(3000));
    const repo = await openRepository(rig.gitDir);
    let isSourceEnded = false;
    async function* source() {
      try {
        yield* streamRevList(repo, {tips: [rig.git('rev-parse', 'refs/heads/main')]});
      } finally {
        isSourceEnded = true;
      }
    }
    for await (const events of streamCommits(repo, source())) {
      assert.ok(events.length > 0);
      break;
    }
    assert.equal(isSourceEnded, true);
  });

  it('is empty for no commits', async () => {
    using rig = new GitRig();
    assert.deepEqual(await collect(streamCommits(await openRepository(rig.gitDir), [])), []);
  });
});

/** A line of commits, every tenth a merge with the commit five before. */
function manyCommits(count: number): string {
  return Array.from({length: count}, (_, index) => {
    const mark = index + 1;
    const from = index === 0 ? '' : `from :${index}\n`;
    const merge = index > 10 && index % 10 === 0 ? `merge :${index - 5}\n` : '';
    const subject = `commit ${index}`;
    const file = `M 100644 inline d${index % 7}/f${index % 50}\ndata ${String(index).length}\n${index}\n`;
    return `commit refs/heads/main\nmark :${mark}\ncommitter C <c@e.org> ${index} +0000\ndata ${subject.length}\n${subject}\n${from}${merge}${file}\n`;
  }).join('');
}
