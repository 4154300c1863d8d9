import {openBlobReader} from '../../src/git/blob-stream.ts';
import {openRepository} from '../../src/git/repository.ts';
import type {Reader} from '../../src/read/open-reader.ts';
import {resolveRevision} from '../../src/read/resolve-revision.ts';
import type {SampleText} from './choose-queries.ts';
import type {Random} from './random.ts';

const SAMPLE_TEXTS = 500;
const SAMPLE_MAX_BYTES = 1_000_000;

/** Some of the branch's texts, as Git has them. */
export async function sampleTexts(
  reader: Reader,
  {gitDir, ref, random}: {gitDir: string; ref: string; random: Random},
): Promise<SampleText[]> {
  const {snapshot} = await resolveRevision(reader, ref);
  const texts: {path: string; oid: string}[] = [];
  for await (const batch of reader.store.scanEntries({snapshot})) {
    texts.push(...batch.filter(({kind, sizeBytes}) => kind === 'text' && sizeBytes < SAMPLE_MAX_BYTES));
  }
  // The store gives them in no particular order, and the choice must be the same on every backend.
  texts.sort((a, b) => (a.path < b.path ? -1 : 1));
  const chosen = Array.from({length: Math.min(SAMPLE_TEXTS, texts.length)}, () => random.pick(texts));
  const samples: SampleText[] = [];
  const reading = openBlobReader(await openRepository(gitDir), {holdMaxBytes: SAMPLE_MAX_BYTES}).read(
    chosen.map(({oid}) => oid),
  );
  for await (const blob of reading) {
    const {path} = chosen[samples.length]!;
    samples.push({path, content: 'bytes' in blob ? blob.bytes.toString() : ''});
  }
  return samples;
}
