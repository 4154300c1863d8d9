import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DirectoryTree} from '../../../src/domain/directory-tree.ts';
import {decodePath} from '../../../src/domain/path.ts';
import {GitRig} from '../../support/git-rig.ts';
import {seededRandom} from '../../support/random-history.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? 1);

for (const objectFormat of ['sha1', 'sha256'] as const) {
  test(`files come and go, and the oid is that of git write-tree (${objectFormat}, seed ${SEED})`, () => {
    using rig = new GitRig({objectFormat});
    const random = seededRandom(SEED);
    const names = ['a', 'a.b', 'a-b', 'a/b', 'a/b.c', 'a/b-c/d', 'b/c/d/e', 'ä/ö', 'z'];
    const blobs = ['one', 'two', 'three'].map((content) => rig.blob(content));
    const tree = new DirectoryTree(objectFormat);
    const files = new Map<string, {path: string; mode: string; oid: string}>();
    for (let step = 0; step < 60; step++) {
      const path = names[Math.floor(random() * names.length)]!;
      const old = files.get(path);
      if (old) tree.delete(old);
      files.delete(path);
      // A file and a directory of one name do not go together.
      const isFree = [...files.keys()].every(
        (other) => !other.startsWith(`${path}/`) && !path.startsWith(`${other}/`),
      );
      if (random() < 0.7 && isFree) {
        const file = {
          path,
          mode: random() < 0.5 ? '100644' : '100755',
          oid: blobs[Math.floor(random() * 3)]!,
        };
        tree.add(file);
        files.set(path, file);
      }
      assert.equal(tree.oid(), writeTree(rig, [...files.values()]), `step ${step}`);
    }
  });
}

test('paths are bytes, and a name that is there twice is not lost', () => {
  using rig = new GitRig();
  const [one, two] = [rig.blob('one'), rig.blob('two')];
  const latin = Buffer.from('caf\xe9', 'latin1');
  const tree = new DirectoryTree('sha1');
  tree.add({path: decodePath(latin), mode: '100644', oid: one});
  assert.equal(tree.oid(), rig.tree([{mode: '100644', name: latin, oid: one}]));
  tree.add({path: decodePath(latin), mode: '100644', oid: two});
  tree.delete({path: decodePath(latin), mode: '100644', oid: one});
  assert.equal(tree.oid(), rig.tree([{mode: '100644', name: latin, oid: two}]));
  tree.delete({path: 'not/there', mode: '100644', oid: two});
  assert.equal(tree.oid(), rig.tree([{mode: '100644', name: latin, oid: two}]));
});

function writeTree(rig: GitRig, files: readonly {path: string; mode: string; oid: string}[]): string {
  const lines = files.map(({path, mode, oid}) => `${mode} ${oid}\t${path}\0`).join('');
  rig.git('read-tree', '--empty');
  rig.gitBytes(['update-index', '-z', '--index-info'], lines);
  return rig.git('write-tree');
}
