import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {test} from 'node:test';
import {openFileObjects} from '../../../../src/store/files/open-file-objects.ts';
import {shareObjects} from '../../../../src/sync/reindex/shared-objects.ts';

const KEY = 'index/repo/ab/abcd';

test('the next generation puts what is missing, and neither lists nor deletes what the current one needs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ctr-shared-'));
  try {
    await using objects = await openFileObjects({directory});
    await objects.createPlace();
    let puts = 0;
    const shared = shareObjects(objects, () => void puts++);
    await shared.put(KEY, 3, Buffer.from('abc'));
    const again = Readable.from([Buffer.from('abc')]);
    await shared.put(KEY, 3, again);
    assert.deepEqual([puts, again.destroyed], [1, true]);
    await shared.put(KEY, 4, Buffer.from('abcd'));
    assert.equal(puts, 2, 'a damaged one, of another size, is put again');
    assert.deepEqual(await Array.fromAsync(shared.list('')), []);
    await shared.delete([KEY]);
    assert.equal((await buffer((await objects.get(KEY))!)).toString(), 'abcd');
  } finally {
    rmSync(directory, {recursive: true});
  }
});
