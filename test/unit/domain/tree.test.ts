import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodePath} from '../../../src/domain/path.ts';
import {treeEntries, treeOid} from '../../../src/domain/tree.ts';
import {GitRig} from '../../support/git-rig.ts';

for (const objectFormat of ['sha1', 'sha256'] as const) {
  test(`trees computed from their files have Git's own oids and order, ${objectFormat}`, () => {
    using rig = new GitRig({objectFormat});
    const oid = rig.treeOf({
      'a.txt': 'a',
      'a/b': 'b',
      'a-b': 'c',
      a0: 'd',
      'deep/er/est': 'e',
      'deep.er': 'f',
      'z\u00e9': 'g',
    });
    const lines = rig.git('ls-tree', '-r', '-z', oid).split('\0').filter(Boolean);
    const files = lines.map((line) => {
      const [mode = '', , rest = ''] = line.split(' ');
      const [blob = '', path = ''] = rest.split('\t');
      return {mode, oid: blob, path: decodePath(Buffer.from(path))};
    });
    const computed = treeEntries('', files.toReversed(), objectFormat);
    assert.equal(treeOid(computed, objectFormat), oid);
    assert.deepEqual(
      computed.map(({name}) => name),
      rig.git('ls-tree', '-z', '--name-only', oid).split('\0').filter(Boolean),
    );
  });
}
