import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodePath} from '../../src/domain/path.ts';
import {GitRig} from '../support/git-rig.ts';
import {assertEqualsGit} from '../support/oracle.ts';
import {ctrJson, runCtr} from '../support/run-ctr.ts';

const LATIN1_NAME = Buffer.from('caf\xe9.txt', 'latin1');

test('everything odd that Git allows, in sha1 and sha256', async (t) => {
  for (const objectFormat of ['sha1', 'sha256'] as const) {
    await t.test(objectFormat, async () => {
      using rig = new GitRig({objectFormat});
      const world = {env: rig.env, cwd: rig.gitDir};
      const root = rig.commit({
        tree: {'a.txt': 'alpha\n', 'dir/b.txt': 'beta\n', 'dir.txt': 'x\n', 'dir/sub/c.txt': 'y\n'},
      });
      const odd = rig.commit({
        tree: oddTree(rig),
        parents: [root],
        message: Buffer.from('caf\xe9 without a header\n', 'latin1'),
        author: 'No Date <>',
        committer: 'Far Future <f@e.org> 99999999999999 +9999',
      });
      const empty = rig.commit({
        tree: rig.tree([]),
        parents: [odd],
        committer: 'Long Ago <l@e.org> -5 -0000',
      });
      const merge = rig.commit({
        tree: {'a.txt': 'alpha\n', 'merged.txt': 'both\n'},
        parents: [empty, root, odd],
      });
      const orphan = rig.commit({tree: {'o.txt': 'orphan\n'}});
      rig.setRef('refs/heads/main', merge);
      rig.setRef('refs/heads/odd', odd);
      rig.setRef('refs/heads/empty', empty);
      rig.setRef('refs/heads/orphan', orphan);
      rig.setRef('refs/heads/<svg/onload=alert(1)>', root);
      rig.setRef('refs/heads/--upload-pack=x', root);
      rig.setRef('refs/tags/nested', rig.tag(rig.tag(odd), {type: 'tag'}));
      rig.setRef('refs/tags/blob', rig.tag(rig.blob('just a blob'), {type: 'blob'}));
      rig.setRef('refs/tags/tree', rig.treeOf({'t.txt': 't'}));
      rig.setRef('refs/notes/commits', orphan);

      assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
      await assertEqualsGit(rig.gitDir, world, {tips: 20, commits: 20, files: 30});

      const {refs} = await ctrJson<{refs: {name: string; commit: string | null; reason: string | null}[]}>(
        ['refs'],
        world,
      );
      const skipped = refs.filter(({commit}) => commit === null).map(({name, reason}) => [name, reason]);
      assert.deepEqual(skipped, [
        ['refs/tags/blob', 'tag on a blob'],
        ['refs/tags/tree', 'points to a tree'],
      ]);
      const onOdd = async (query: string) => {
        const {hits} = await ctrJson<{hits: {path: string}[]}>(['search', query, '--ref', 'odd'], world);
        return hits.map(({path}) => path).sort();
      };
      assert.deepEqual(await onOdd('utf16 content'), ['utf16.txt']);
      assert.deepEqual(await onOdd('deja vu'), ['latin1.txt']);
      assert.deepEqual(await onOdd('type:submodule'), ['module']);
      assert.deepEqual(await onOdd('type:symlink'), ['link']);
      assert.deepEqual(await onOdd('type:binary'), ['binary.bin']);
      assert.deepEqual(await onOdd('getUserName'), ['code.ts']);
      assert.deepEqual(await onOdd('"user name"'), ['code.ts']);
      const bytes = await runCtr(['cat', decodePath(LATIN1_NAME), '--ref', 'odd'], world);
      assert.equal(bytes.stdout.toString(), 'named in Latin-1\n');
    });
  }
});

test('a directory has the oid that Git knows it by, or none', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const blob = rig.blob('x\n');
  const file = (name: string, mode = '100644') => ({mode, name, oid: blob});
  const dir = (name: string, oid: string) => ({mode: '040000', name, oid});
  const plain = rig.tree([file('a.txt')]);
  const nested = rig.tree([dir('inner', plain)]);
  // The same files each time, and another tree.
  const trees = {
    plain: rig.tree([dir('dir', rig.tree([file('a.txt'), dir('sub', nested)]))]),
    empty: rig.tree([dir('dir', rig.tree([file('a.txt'), dir('empty', rig.tree([])), dir('sub', nested)]))]),
    order: rig.tree([dir('dir', rig.tree([dir('sub', nested), file('a.txt')]))]),
    mode: rig.tree([dir('dir', rig.tree([file('a.txt', '100664'), dir('sub', nested)]))]),
    twice: rig.tree([dir('dir', rig.tree([file('a.txt'), file('a.txt', '100755'), dir('sub', nested)]))]),
  };
  for (const [name, tree] of Object.entries(trees)) rig.setRef(`refs/heads/${name}`, rig.commit({tree}));
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  for (const name of Object.keys(trees)) {
    for (const path of ['', 'dir', 'dir/sub']) {
      const {entries} = await ctrJson<{
        entries: {mode: string; type: string; oid: string | null; path: string}[];
      }>(['ls', path, '--ref', name], world);
      const lines = rig.git('ls-tree', '-z', `${name}:${path}`).split('\0').filter(Boolean);
      for (const {mode, type, oid, path: shown} of entries) {
        const isUnknown = oid === null && type === 'tree' && name !== 'plain';
        const wanted = `${mode} ${type} ${oid}\t${shown.slice(shown.lastIndexOf('/') + 1)}`;
        assert.ok(isUnknown || lines.includes(wanted), `${name}:${path} ${wanted}`);
      }
    }
  }
});

test('a shallow clone ends where its history stops', async () => {
  using rig = new GitRig();
  let parent: string | undefined;
  for (let i = 0; i < 6; i++) {
    parent = rig.commit({
      tree: {'a.txt': `${i}\n`, [`f${i}.txt`]: 'x\n'},
      parents: parent ? [parent] : [],
      message: `c${i}\n`,
    });
  }
  rig.setRef('refs/heads/main', parent!);
  const clone = rig.clone('shallow.git', '--bare', '--depth', '3');
  const world = {env: rig.env, cwd: clone};
  assert.equal((await runCtr(['install', clone], world)).code, 0);
  await assertEqualsGit(clone, world, {commits: 10});
});

test('an empty repository, and one whose HEAD names no branch yet', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world);
  rig.setRef('refs/heads/elsewhere', rig.commit({tree: {'a.txt': 'alpha\n'}}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world);
  // The first push: HEAD follows. Where somebody sets it, it stays.
  rig.git('symbolic-ref', 'HEAD', 'refs/heads/main');
  assert.equal((await runCtr(['sync'], world)).code, 0);
  const {code, stderr} = await runCtr(['search', 'alpha'], world);
  assert.equal(code, 2);
  assert.match(stderr, /HEAD's branch refs\/heads\/main is not in the index/);
});

test('a file larger than what is held is streamed, kept whole and not searched', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const large = Buffer.from('needle in a large text\n'.repeat(400_000));
  rig.setRef('refs/heads/main', rig.commit({tree: {'large.txt': large, 'small.txt': 'needle\n'}}));
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  assert.ok((await runCtr(['cat', 'large.txt'], world)).stdout.equals(large));
  const {hits} = await ctrJson<{hits: {path: string}[]}>(['search', 'needle'], world);
  assert.deepEqual(
    hits.map(({path}) => path),
    ['small.txt'],
  );
  const {notIndexed} = await ctrJson<{notIndexed: string}>(['cat', 'large.txt'], world);
  assert.equal(notIndexed, 'too-large');
});

test('what is excluded keeps its place and nothing else', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  rig.setRef('refs/heads/main', rig.commit({tree: {'secret/key.txt': 'hush\n', 'a.txt': 'open\n'}}));
  assert.equal((await runCtr(['install', rig.gitDir, '--exclude', 'secret/'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {files: 0});
  assert.equal((await ctrJson<{total: number}>(['search', 'hush'], world)).total, 0);
  const {code, stderr} = await runCtr(['cat', 'secret/key.txt'], world);
  assert.equal(code, 1);
  assert.match(stderr, /ctr\.exclude keeps it out/);
});

test('a text limit above what is held otherwise', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  rig.setRef('refs/heads/main', rig.commit({tree: {'large.txt': `${'filler\n'.repeat(800_000)}needle\n`}}));
  assert.equal((await runCtr(['install', rig.gitDir, '--text-max-bytes', '8m'], world)).code, 0);
  assert.equal((await ctrJson<{total: number}>(['search', 'needle'], world)).total, 1);
});

function oddTree(rig: GitRig): string {
  const file = (name: string | Buffer, content: string | Buffer, mode = '100644') => ({
    mode,
    name,
    oid: rig.blob(content),
  });
  const entries = [
    file('a.txt', 'alpha changed\n'),
    file('binary.bin', Buffer.from([1, 2, 0, 3])),
    file(LATIN1_NAME, 'named in Latin-1\n'),
    file('code.ts', 'export const getUserName = 1;\n'),
    file('empty', ''),
    file('latin1.txt', Buffer.from('latin d\xe9j\xe0 vu, une cr\xe8me br\xfbl\xe9e\n', 'latin1')),
    file('line\nbreak "quoted"', 'strange name\n'),
    file('link', 'a.txt', '120000'),
    {mode: '160000', name: 'module', oid: rig.commit({message: 'elsewhere\n'})},
    file('run.sh', '#!/bin/sh\n', '100755'),
    file('utf16.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('utf16 content\n', 'utf16le')])),
  ];
  return rig.tree(entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))));
}
