import type {ForgetReceipt, ReachingRef} from '../../sync/forget.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount} from '../../util/format.ts';
import type {Output} from '../output.ts';

/** The receipt, or why there is none. */
export function renderForget(
  result: ForgetReceipt | {readonly reachedBy: readonly ReachingRef[]},
  output: Output,
): void {
  if (output.isJson) output.json(result);
  else if ('reachedBy' in result) renderReached(result.reachedBy, output);
  else renderReceipt(result, output);
}

function renderReached(reachedBy: readonly ReachingRef[], output: Output): void {
  output.line('nothing was removed: Git still has it');
  for (const {ref, commit} of reachedBy) output.line(`${escapeText(ref)} reaches it at ${commit}`);
  output.note('Rewrite those (git filter-repo), push, and run this again.');
}

function renderReceipt(
  {removed, paths, forgottenAt, expunged, mayRemain}: ForgetReceipt,
  output: Output,
): void {
  const counts = [
    `${formatCount(removed.entries)} files`,
    `${formatCount(removed.commits)} commits`,
    `${formatCount(removed.objects)} objects`,
  ];
  output.line(`${counts.join(', ')} removed at ${forgottenAt}`);
  for (const path of paths) output.line(`  ${escapeText(path)}`);
  output.line(`no ref reaches it, no document and no object holds it; ${expunged} has rewritten its files`);
  output.line('it may remain in:');
  for (const place of mayRemain) output.line(`  ${place}`);
}
