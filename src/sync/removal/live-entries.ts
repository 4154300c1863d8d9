import {addTo, type Bitmap} from '../../domain/bitmap.ts';
import type {CommitStore} from '../../store/ports/commits.ts';
import type {LiveSeqs} from './live-seqs.ts';

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
