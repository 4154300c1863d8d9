import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CommitWriter} from '../../../../src/sync/import/commit-writer.ts';
import {makeCommit, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const commit = (seq: number, subject = `commit ${seq}`) => makeCommit(seq, {oid: oidOf(`${seq}`), subject});
const NEW = {isRenewed: false};

/** An writer whose entries are stored when `store` is called. */
async function openWriter() {
  const index = await openScratchIndex();
  const entries = Promise.withResolvers<void>();
  const counts: number[] = [];
  const writer = new CommitWriter({
    store: index.store,
    entries: {checkpoint: async () => ({stored: entries.promise})},
    onWritten: (count) => counts.push(count),
  });
  return {
    index,
    writer,
    counts,
    entries,
    subjects: async (...seqs: number[]) =>
      [
        ...(
          await index.store.readCommits(
            REPO,
            seqs.map((seq) => oidOf(`${seq}`)),
          )
        ).values(),
      ].map(({subject}) => subject),
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
    },
  };
}

test('a commit is found in the index only after its entries are stored', async () => {
  await using opened = await openWriter();
  const {writer, entries, subjects, counts} = opened;
  await writer.add(commit(1), NEW);
  const flushed = writer.flush();
  assert.deepEqual([await subjects(1), [...writer.pending.keys()], counts], [[], [oidOf('1')], []]);
  entries.resolve();
  await flushed;
  assert.deepEqual([await subjects(1), writer.pending.size, counts], [['commit 1'], 0, [1]]);
});

test('a commit that is renewed overwrites the one that is stored', async () => {
  await using opened = await openWriter();
  const {writer, entries, subjects, index} = opened;
  entries.resolve();
  await index.store.putCommits([commit(1)]);
  await writer.add(commit(1, 'renewed'), {isRenewed: true});
  await writer.add(commit(2), NEW);
  await writer.flush();
  assert.deepEqual((await subjects(1, 2)).toSorted(), ['commit 2', 'renewed']);
});

test('a thousand commits are written before a flush is asked for', async () => {
  await using opened = await openWriter();
  const {writer, entries, counts} = opened;
  entries.resolve();
  for (let seq = 0; seq < 1500; seq++) await writer.add(commit(seq), NEW);
  await writer.flush();
  assert.deepEqual(counts, [1000, 500]);
});

test('where the entries cannot be stored, no commit is', async () => {
  await using opened = await openWriter();
  const {writer, entries, subjects} = opened;
  await writer.add(commit(1), NEW);
  entries.reject(new Error('full'));
  await assert.rejects(writer.flush(), /full/);
  assert.deepEqual([await subjects(1), writer.pending.size], [[], 1]);
});
