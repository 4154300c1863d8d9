import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamTreeDiff} from '../../git/tree-diff.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {EntryWriter} from './entry-writer.ts';

/** A commit and the seqs of its tree. */
export interface KnownTip {
  readonly commit: string;
  readonly snapshot: Uint8Array;
}

/**
 * The seqs of the tree of `commit`, its new entries on their way to the index: for `ctr.history = refs`, where no
 * snapshot is stored with commits. Costs the difference from `base`, or the whole tree without one.
 */
export async function importTip(
  {repository, writer}: {repository: GitRepository; writer: EntryWriter},
  {commit, base}: {commit: string; base: KnownTip | undefined},
): Promise<Uint8Array> {
  try {
    return await importDifference({repository, writer}, {commit, base});
  } catch (error) {
    // A garbage collection may have thrown the old tip away; the new one must be readable by itself.
    if (!base || !(error instanceof CtrError) || error.exitCode !== 5) throw error;
    return importDifference({repository, writer}, {commit, base: undefined});
  }
}

async function importDifference(
  {repository, writer}: {repository: GitRepository; writer: EntryWriter},
  {commit, base}: {commit: string; base: KnownTip | undefined},
): Promise<Uint8Array> {
  using snapshot = Bitmap.parse(base?.snapshot ?? EMPTY_BITMAP);
  for await (const changes of streamTreeDiff(repository, {from: base?.commit, to: commit})) {
    const seqs = await writer.resolve(
      changes.map(({path, from, to}) => ({from: from && {path, ...from}, to: to && {path, ...to}, commit})),
    );
    for (const {removed, added} of seqs) {
      if (removed !== undefined) snapshot.delete(removed);
      if (added !== undefined) snapshot.add(added);
    }
  }
  return snapshot.serialize();
}
