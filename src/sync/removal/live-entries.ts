import {addTo, type Bitmap} from '../../domain/bitmap.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {LiveSeqs} from './live-refs.ts';

/**
 * Every entry that is to be kept: what the trees of refs show and, with the files of every commit, what any live
 * commit shows. Reads every live commit. Whoever is a difference from a keyframe has that keyframe among its
 * ancestors, so what the live commits add is all that they show.
 */
export async function readLiveEntries(
  store: IndexStore,
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
