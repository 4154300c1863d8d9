import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, rmSync, utimesSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, type TestContext, test} from 'node:test';
import {openQueue, type Queue} from '../../../src/queue/notes.ts';

describe('openQueue', () => {
  let directory: string;
  let queue: Queue;
  beforeEach((t) => {
    const root = mkdtempSync(join(tmpdir(), 'ctr-queue-'));
    (t as TestContext).after(() => rmSync(root, {recursive: true}));
    directory = join(root, 'queue');
    queue = openQueue(directory);
  });

  test('a queue that was never written to is empty, and looking does not create it', async () => {
    assert.equal(await queue.countNotes(), 0);
    assert.equal(await queue.hasNewNotes(), false);
    assert.deepEqual(await queue.claimNotes(), []);
    assert.equal(existsSync(directory), false);
  });

  test('a note is new, then claimed, then gone', async () => {
    await queue.putNote();
    assert.equal(await queue.hasNewNotes(), true);
    assert.equal(await queue.countNotes(), 1);

    const notes = await queue.claimNotes();
    assert.equal(notes.length, 1);
    assert.equal(await queue.hasNewNotes(), false);
    assert.equal(await queue.countNotes(), 1);

    await queue.dropNotes(notes);
    assert.equal(await queue.countNotes(), 0);
  });

  test('the oldest note that waits is found, claimed or not', async () => {
    assert.equal(await queue.readOldestNote(), undefined);
    await queue.putNote('push-1');
    utimesSync(join(directory, 'new', 'push-1'), 1000, 1000);
    await queue.putNote('push-2');
    assert.deepEqual(await queue.readOldestNote(), new Date(1_000_000));
    const notes = await queue.claimNotes();
    assert.deepEqual(await queue.readOldestNote(), new Date(1_000_000));
    await queue.dropNotes(notes);
    assert.equal(await queue.readOldestNote(), undefined);
  });

  test('a note of the same name that comes after the claim survives the drop', async () => {
    await queue.putNote('push-7');
    const first = await queue.claimNotes();
    await queue.putNote('push-7');
    await queue.dropNotes(first);
    assert.equal(await queue.hasNewNotes(), true);
    assert.equal((await queue.claimNotes()).length, 1);
  });

  test('two notes of the same name claimed one after the other are both kept', async () => {
    await queue.putNote('push-7');
    await queue.claimNotes();
    await queue.putNote('push-7');
    assert.equal((await queue.claimNotes()).length, 2);
  });

  test('two unclaimed notes of the same name are one', async () => {
    await queue.putNote('push-7');
    await queue.putNote('push-7');
    assert.equal((await queue.claimNotes()).length, 1);
  });

  test('what a dead worker had claimed is returned with the new ones', async () => {
    await queue.putNote('push-1');
    await queue.claimNotes();
    await queue.putNote('push-2');
    const names = (await openQueue(directory).claimNotes()).map((note) => note.split('.')[0]);
    assert.deepEqual(names.sort(), ['push-1', 'push-2']);
  });

  test('notes claimed by another after our claim are not dropped by us', async () => {
    await queue.putNote('push-1');
    const ours = await queue.claimNotes();
    await queue.putNote('push-2');
    await openQueue(directory).claimNotes();
    await queue.dropNotes(ours);
    assert.equal(await queue.countNotes(), 1);
  });

  test('dropping what another has dropped is no error', async () => {
    await queue.putNote();
    const notes = await queue.claimNotes();
    await queue.dropNotes(notes);
    await queue.dropNotes(notes);
  });

  test('many claimers at once: each note is claimed once, none is lost', async () => {
    for (let i = 0; i < 50; i++) await queue.putNote(`push-${i}`);
    const claims = await Promise.all(Array.from({length: 5}, () => openQueue(directory).claimNotes()));
    assert.equal(await queue.hasNewNotes(), false);
    assert.equal(await queue.countNotes(), 50);
    assert.equal(new Set(claims.flat()).size, 50);
  });

  test('a note that a shell wrote the way the hook does is found', async () => {
    await queue.putNote();
    await queue.dropNotes(await queue.claimNotes());
    const script = 'cd "$0" && : > tmp/push-$$ && mv -f tmp/push-$$ new/push-$$';
    execFileSync('/bin/sh', ['-c', script, directory]);
    assert.match((await queue.claimNotes())[0]!, /^push-\d+\./);
  });

  test('a half-written note in tmp/ is no note', async () => {
    await queue.putNote();
    await queue.dropNotes(await queue.claimNotes());
    execFileSync('/bin/sh', ['-c', ': > "$0/tmp/push-1"', directory]);
    assert.equal(await queue.countNotes(), 0);
    assert.deepEqual(await queue.claimNotes(), []);
    await queue.putNote('push-1');
    assert.deepEqual(readdirSync(join(directory, 'tmp')), []);
  });

  for (const name of ['', '.', '..', '.hidden', '-rf', 'a/b', '../a', 'a\0', 'a b', 'ä']) {
    test(`refuses the name ${JSON.stringify(name)}`, async () => {
      await assert.rejects(queue.putNote(name), {name: 'AssertionError'});
      assert.equal(existsSync(directory), false);
    });
  }
});
