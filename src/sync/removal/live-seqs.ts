import {addTo, Bitmap} from '../../domain/bitmap.ts';
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
