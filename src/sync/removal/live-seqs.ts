import {addTo, Bitmap} from '../../domain/bitmap.ts';
import type {CommitStore} from '../../store/ports/commits.ts';
import type {RefReader} from '../../store/ports/refs.ts';
import {scanLiveRefs} from '../../store/scan-live-refs.ts';

/** Everything that refs show now. */
export interface LiveSeqs extends Disposable {
  /** Commits that a ref reaches. */
  readonly commits: Bitmap;
  /** Entries in the trees that refs point at. */
  readonly tips: Bitmap;
}

export async function readLiveSeqs(
  store: RefReader,
  of: {repo: string; head: string | undefined},
): Promise<LiveSeqs> {
  const commits = Bitmap.of();
  const tips = Bitmap.of();
  for await (const {history, snapshot} of scanLiveRefs(store, of)) {
    addTo(commits, history);
    addTo(tips, snapshot);
  }
  return {
    commits,
    tips,
    [Symbol.dispose]() {
      commits[Symbol.dispose]();
      tips[Symbol.dispose]();
    },
  };
}

/**
 * Every entry to keep: the entries in the trees of refs and, if every commit's files are indexed, those of all live
 * commits. Reads every live commit. The keyframe of a live commit is among its ancestors, and so is live, too. So the
 * union of what live commits add is all that they show.
 */
export async function readLiveEntries(
  store: CommitStore,
  {repo, history}: {repo: string; history: 'all' | 'refs'},
  live: LiveSeqs,
): Promise<Bitmap> {
  const entries = live.tips.clone();
  if (history === 'refs') return entries;
  for await (const commits of store.scanCommits(repo, {seqs: live.commits.serialize()})) {
    for (const {snapshot} of commits) if (snapshot) addTo(entries, snapshot.added);
  }
  return entries;
}
