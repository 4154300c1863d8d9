import type {SyncLockOptions} from '../../app/locked/locks.ts';
import {workLine} from '../../domain/work-words.ts';
import {formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';

/** Waits so many seconds for another run on the repository, and tells people that it does. */
export function waitAtMost(
  seconds: number,
  output: Pick<Output, 'note' | 'stop'>,
): Required<SyncLockOptions> {
  return {
    waitMs: seconds * 1000,
    onWait: (work) =>
      output.note(
        `waiting at most ${formatDuration(seconds * 1000)} for ${work.map(workLine)[0] ?? 'another run on this repository'}`,
      ),
    onInterrupt: output.stop,
  };
}
