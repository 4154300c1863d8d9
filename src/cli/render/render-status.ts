import type {RefStatus, Status} from '../../app/status/read-status.ts';
import {displayPath} from '../../domain/path.ts';
import type {RunningWork} from '../../domain/running-work.ts';
import {workLine} from '../../domain/work-words.ts';
import {failureWords} from '../../sync/failure-words.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount} from '../../util/format.ts';
import type {Output} from './output.ts';
import {renderStores} from './render-stores.ts';

const REFS_SHOWN = 20;
const INSTALL_AGAIN = 'Run `ctr install` again: it keeps everything.';
const HOOK_ADVICE: Partial<Record<Status['hook'], string>> = {
  outdated: INSTALL_AGAIN,
  missing: INSTALL_AGAIN,
  broken: INSTALL_AGAIN,
  disabled: 'core.hooksPath turns hooks off: unset it, or let a timer run `ctr sync`.',
};

/** Names the problems, and counts the rest. */
export function renderStatus(status: Status, output: Output, {isVerbose}: {isVerbose: boolean}): void {
  const {name, engine, refs, running, queue, failures, oddFiles, events, reindexDue} = status;
  const behind = refs.filter(({state}) => state !== 'current' && state !== 'skipped');
  output.line(`${name}: ${headline(status)} (${engine})`);
  for (const work of running) output.line(`running: ${workLine(work)}`);
  output.line(`refs: ${formatCount(refs.length)}, of which ${formatCount(behind.length)} are not current`);
  const shown = isVerbose ? refs : behind.slice(0, REFS_SHOWN);
  for (const ref of shown) {
    output.line(
      `  ${ref.state.padEnd(8)} ${displayPath(ref.name)}  ${ref.index ?? '-'} -> ${ref.git ?? '-'}`,
    );
  }
  if (shown.length < behind.length) output.line(`  ... ${behind.length - shown.length} more (-v)`);
  if (status.isHistoryBehind)
    output.line(
      'history: the repository was deepened or cut (git fetch --unshallow, --depth) since the last sync',
    );
  const {git, index} = status.head;
  if (status.isHeadBehind)
    output.line(`HEAD: ${displayPath(index ?? '-')} -> ${displayPath(git ?? '- (detached)')}`);
  if (status.isHeadLost) output.line(`HEAD: ${lostHeadWords(status.head.git)}`);
  renderPushes(status, output);
  for (const file of oddFiles) {
    output.line(`not used: ${escapeText(file)} is no list that ctr wrote; the next sync writes it again`);
  }
  for (const {kind, name: what, oid, reason, since, attempts} of failures) {
    output.line(
      `failed: ${kind} ${escapeText(what)} ${oid}: ${escapeText(reason)} (since ${since}, ${attempts} tries)`,
    );
  }
  for (const {setting, was, is} of reindexDue) {
    const [before, now] = [was, is].map((value) => escapeText(JSON.stringify(value)));
    output.line(`reindex due: ${setting} is ${now}, and was ${before} when something was indexed`);
  }
  if (reindexDue.length > 0) output.note('Run `ctr reindex` to build everything by the settings of today.');
  for (const {handler, waiting, since, attempts, lastError} of events) {
    const trouble = lastError === null ? '' : `: ${escapeText(lastError)} (${attempts} tries)`;
    const age = since === null ? '' : ` since ${since}`;
    output.line(`events: ${formatCount(waiting)} waiting${age} for ${escapeText(handler)}${trouble}`);
  }
  if (status.problems.length > 0 || queue.notes > 0) {
    for (const log of status.logs) output.line(`log: ${escapeText(log)}`);
  }
  if (status.hook === 'absent') output.note(absentHook(status));
  if (status.stores) renderStores(status.stores, output);
  if (!status.upToDate) output.note(adviceOf(behind, running));
}

/** Shows if pushes are noticed and indexed, and for which users they are not. */
function renderPushes(
  {queue, hook, hookProblem, access, workerError, upToDate}: Status,
  output: Output,
): void {
  const trouble = hookProblem === null ? '' : `: ${escapeText(hookProblem)}`;
  output.line(`queue: ${formatCount(queue.notes)} notes; hook: ${hook}${trouble}`);
  const advice = HOOK_ADVICE[hook];
  if (advice) output.note(advice);
  const isWaiting = queue.notes > 0 || !upToDate;
  if (isWaiting && workerError !== null) output.line(`worker: ${escapeText(workerError)}`);
  for (const {problem, hint} of access) {
    output.line(`access: ${escapeText(problem)}`);
    output.note(escapeText(hint));
  }
}

/** It was taken out by `ctr uninstall`, or never placed: an install confirms the store after that. */
function absentHook({stores}: Status): string {
  return stores === null
    ? 'An install was interrupted before its hook was placed, so no push is noticed. Run `ctr install` again: it goes on.'
    : 'The hook is not in place, so no push is noticed. `ctr install` places it.';
}

function headline({upToDate, failures, running}: Status): string {
  if (!upToDate) return running.length > 0 ? 'behind, and being worked on' : 'behind';
  return failures.length > 0 ? `up to date, but ${failureWords(failures)}` : 'up to date';
}

/** For people who will search without naming a ref. */
export function lostHeadWords(head: string | null): string {
  const why =
    head === null ? 'it names no branch' : `${displayPath(head)} is not among the refs that are indexed`;
  return `${why}, so readers have to name a ref (git symbolic-ref HEAD refs/heads/<branch> gives them one)`;
}

/** HEAD as readers of the index see it, and as Git does. */
/** Advice: a sync updates stale refs, but cannot repair unreadable ones. */
function adviceOf(behind: readonly RefStatus[], running: readonly RunningWork[]): string {
  const failed = behind.filter(({state}) => state === 'failed');
  const toDo =
    running.length > 0
      ? 'It is being brought up to date; `ctr wait <ref>` returns when a ref is. '
      : 'Run `ctr sync` to bring it up to date. ';
  // Histories or HEAD may be behind where no ref is.
  const others = failed.length > 0 && failed.length === behind.length ? '' : toDo;
  if (failed.length === 0) return others.trimEnd();
  return `${others}For a ref that failed, fix the cause, then sync again; if the index is damaged, \`ctr verify --repair\` repairs it.`;
}
