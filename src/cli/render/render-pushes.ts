import type {Status} from '../../app/status/read-status.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount} from '../../util/format.ts';
import type {Output} from './output.ts';

const INSTALL_AGAIN = 'Run `ctr install` again: it keeps everything.';
const HOOK_ADVICE: Partial<Record<Status['hook'], string>> = {
  outdated: INSTALL_AGAIN,
  missing: INSTALL_AGAIN,
  broken: INSTALL_AGAIN,
  disabled: 'core.hooksPath turns hooks off: unset it, or let a timer run `ctr sync`.',
};

/** Shows if pushes are noticed and indexed, and for which users they are not. */
export function renderPushes(
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
