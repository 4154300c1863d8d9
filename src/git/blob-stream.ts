import {type Blob, BlobSession, type BlobSessionOptions} from './blob-session.ts';
import {Lookahead} from './lookahead.ts';
import type {GitRepository} from './repository.ts';

export type {Blob, CorruptBlob, HeldBlob, MissingBlob, StreamedBlob} from './blob-session.ts';

export interface BlobReader {
  /**
   * The blobs named by `oids`, one answer for each, in their order, every byte checked against its oid. Costs one
   * git, which ends with the iteration, and memory for one blob of at most `holdMaxBytes` and some hundred oids.
   * @throws CtrError GIT_MISSING, or REPOSITORY when git cannot read the repository at all.
   */
  read(oids: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Blob>;
}

const LOOKAHEAD_COUNT = 512;

/** Reads blobs of `repo`. */
export function openBlobReader(repo: GitRepository, options: BlobSessionOptions): BlobReader {
  return {
    async *read(oids) {
      await using source = new Lookahead(oids, {countMax: LOOKAHEAD_COUNT});
      await using session = new BlobSession(repo, options);
      for (;;) {
        if (session.isHungry) session.request(source.take());
        if (session.hasPending) yield await session.readNext();
        else if (!(await source.waitForItems())) return;
      }
    },
  };
}
