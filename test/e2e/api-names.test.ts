import assert from 'node:assert/strict';
import {test} from 'node:test';
import {git} from '../support/api-world.ts';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {readTree} from '../support/git-facts.ts';
import {WebRig} from '../support/web-rig.ts';

describeBackends('names in the API', (backend) => {
  test('hostile and odd names lead to their files, in URLs and in JSON', async () => {
    await using rig = new CtrRig(backend);
    const blob = (text: string) =>
      rig.gitInput(['--git-dir', rig.gitDir, 'hash-object', '-w', '--stdin'], text);
    const tree = (entries: [string, string, string | Buffer][]) => {
      const lines = entries.map(([mode, oid, name]) =>
        Buffer.concat([
          Buffer.from(`${mode} ${mode === '040000' ? 'tree' : 'blob'} ${oid}\t`),
          Buffer.from(name as string),
          Buffer.from([0]),
        ]),
      );
      return rig.gitInput(['--git-dir', rig.gitDir, 'mktree', '-z'], Buffer.concat(lines));
    };
    const names: (string | Buffer)[] = [
      '<img src=x onerror=alert(1)>.html',
      '"quote\' & co.txt',
      'line\nbreak\tand\x01control.txt',
      'a b+c%20d%2e.txt',
      'question?#hash;x=1&y=2',
      'ümlaut \u202etxt.exe',
      'tree',
      Buffer.from('caf\xe9.txt', 'latin1'),
      Buffer.from([0xee, 0xbf, 0xa9]),
      Buffer.from([0xff, 0xfe, 0x2e, 0x6d, 0x64]),
    ];
    const inner = tree([['100644', blob('inner\n'), 'f.txt']]);
    const root = tree([
      ...names.map((name, at): [string, string, string | Buffer] => ['100644', blob(`file ${at}\n`), name]),
      ['040000', inner, '..'],
    ]);
    const commit = rig.git('--git-dir', rig.gitDir, 'commit-tree', '-m', 'odd', root);
    const refs = ['main', 'tree', 'a/tree/b', 'feature/<b>"x"', 'ünï', 'x%2Fy', 'raw/raw/raw'];
    for (const ref of refs) rig.git('--git-dir', rig.gitDir, 'update-ref', `refs/heads/${ref}`, commit);
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);

    const {entries} = await web.json('/repo/head/tree?recursive=true');
    const wanted = readTree(rig.gitDir, 'main', ['-r']);
    assert.deepEqual(
      entries.map(({path}: {path: string}) => path),
      wanted.map(({path}) => path),
    );
    for (const {path, oid} of wanted) {
      const bytes = git(rig, 'cat-file', 'blob', oid).toString();
      const byQuery = await web.ask(`/repo/head/raw?path=${encodeURIComponent(path)}`);
      assert.equal(await byQuery.text(), bytes, JSON.stringify(path));
      assert.doesNotMatch(byQuery.headers.get('content-disposition')!, /[\r\n]/);
      // No URL can hold `..`.
      if (path.startsWith('..')) continue;
      assert.equal(await (await web.ask(`/repo/head/raw/${encodePathOfUrl(path)}`)).text(), bytes);
      assert.equal((await web.json(`/repo/head/file/${encodePathOfUrl(path)}`))['path'], path);
    }
    assert.equal(await (await web.ask('/repo/head/raw/caf%E9.txt')).text(), 'file 7\n');
    for (const ref of refs) {
      const {ref: name} = await web.json(`/repo/refs/${encodePathOfUrl(ref)}/tree`);
      assert.equal(name, `refs/heads/${ref}`);
      assert.equal((await web.json(`/repo/refs/${encodeURIComponent(ref)}/file/tree`))['path'], 'tree');
    }
    assert.equal((await web.json('/repo/refs/tree/file/tree'))['ref'], 'refs/heads/tree');
  });
});

/** Bytes of a path as a URL holds them. */
function encodePathOfUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
