import type {Reach} from '../../git/reaching-refs.ts';
import type {ForgetReceipt} from '../../sync/removal/forget.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount} from '../../util/format.ts';
import type {Output} from '../output.ts';

const COMMITS_SHOWN = 5;

/** The receipt, or why there is none. */
export function renderForget(result: ForgetReceipt | {readonly reachedBy: Reach}, output: Output): void {
  if (output.isJson) output.json(result);
  else if ('reachedBy' in result) renderReached(result.reachedBy, output);
  else renderReceipt(result, output);
}

function renderReached({refs, commits}: Reach, output: Output): void {
  output.line('nothing was removed: Git still has it');
  for (const ref of refs) output.line(`reached by ${escapeText(ref)}`);
  for (const commit of commits.slice(0, COMMITS_SHOWN)) output.line(`changed by ${commit}`);
  output.note('Rewrite the history of those refs (git filter-repo), push, and run this again.');
}

function renderReceipt(receipt: ForgetReceipt, output: Output): void {
  const {removed, paths, forgottenAt, expunged, notExpunged, mayRemain} = receipt;
  const counts = [
    `${formatCount(removed.entries)} files`,
    `${formatCount(removed.commits)} commits`,
    `${formatCount(removed.objects)} objects`,
  ];
  output.line(`${counts.join(', ')} removed at ${forgottenAt}`);
  for (const path of paths) output.line(`  ${escapeText(path)}`);
  if (paths.length === 0) output.line('nothing was stored under this name any more: is it spelt right?');
  output.line('no ref reaches it, no document and no object holds it');
  if (expunged !== null) output.line(`${expunged} has rewritten its files without it`);
  else
    output.line(`its deleted documents are still in the files of the index: ${notExpunged}; run this again`);
  output.line('it may remain in:');
  for (const place of mayRemain) output.line(`  ${place}`);
}
