import type {ForgetReceipt, LookedAt} from '../../app/forget/forget-receipt.ts';
import type {Reach} from '../../git/reaching-refs.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import type {Output} from './output.ts';
import {ALLOW_UPLOADS} from './render-prune.ts';
import {UNREACHABLE_HINT} from './render-stores.ts';

const COMMITS_SHOWN = 5;
const SAME_SHOWN = 10;

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
  const {removed, paths, forgottenAt, stores, local, sameContent, mayRemain} = receipt;
  output.line(`${countsOf(removed)} removed at ${forgottenAt}`);
  for (const path of paths) output.line(`  ${escapeText(path)}`);
  if (!receipt.wasFound) output.line(notFound(receipt));
  else if (paths.length === 0) output.line(foundElsewhere(receipt));
  output.line('looked at:');
  for (const store of stores) output.line(`  ${lookedLine(store)}`);
  output.line(
    `  ctr's own files: ${local.cleaned.length > 0 ? `taken out of ${escapeText(local.cleaned.join(', '))}` : 'nothing'}`,
  );
  for (const {repository, path} of sameContent.slice(0, SAME_SHOWN))
    output.line(`the same content stays at ${escapeText(path)} of ${escapeText(repository)}`);
  output.line('not looked at, and it may remain in:');
  for (const place of mayRemain) output.line(`  ${escapeText(place)}`);
  if (stores.some(({state}) => state === 'unreachable')) output.note(UNREACHABLE_HINT);
}

function countsOf({entries, commits, objects}: ForgetReceipt['removed']): string {
  return `${formatCount(entries)} files, ${formatCount(commits)} commits, ${formatCount(objects)} objects`;
}

function notFound({target}: ForgetReceipt): string {
  return 'path' in target
    ? `no version of this path was ever indexed, as far as anything that is left can tell: is ${escapeText(target.path)} spelt right?`
    : `no file with the blob ${target.oid} was ever indexed, as far as anything that is left can tell`;
}

function foundElsewhere({unreachableInGit}: ForgetReceipt): string {
  return unreachableInGit
    ? 'nothing of it is stored any more: a sync or an earlier forget has removed it; Git still has it where no ref reaches it'
    : 'nothing of it was stored';
}

function lookedLine(store: LookedAt): string {
  const place = escapeText(store.place);
  switch (store.state) {
    case 'same':
      return `${place}: the same store under another address`;
    case 'absent':
      return `${place}: nothing of this repository is there`;
    case 'unreachable':
      return `${place}: NOT LOOKED AT: ${escapeText(store.error ?? '')}`;
    case 'looked':
      return `${place}: ${[...removedWords(store), ...engineWords(store)].join('; ')}`;
  }
}

function removedWords({removed, unfinished}: LookedAt): string[] {
  const isNone = !removed || removed.entries + removed.commits + removed.objects === 0;
  const words = [isNone || !removed ? 'nothing found' : `${countsOf(removed)} removed`];
  if (unfinished && unfinished.count > 0)
    words.push(
      `${formatCount(unfinished.count)} unfinished writes of objects (${formatBytes(unfinished.sizeBytes)}) removed`,
    );
  if (unfinished?.notListed)
    words.push(
      `unfinished writes were NOT looked for: ${escapeText(unfinished.notListed)}. ${ALLOW_UPLOADS}`,
    );
  return words;
}

function engineWords({expunged, notExpunged}: LookedAt): string[] {
  if (expunged) return [`${expunged} has rewritten its files without it`];
  if (!notExpunged) return [];
  return [
    `its deleted documents are STILL in the files of the index: ${escapeText(notExpunged)}; run this again`,
  ];
}
