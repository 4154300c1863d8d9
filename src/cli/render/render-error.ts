import type {AppContext} from '../../app/context.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {escapeText} from '../../util/escape-text.ts';

/** One sentence, the code, and what to do, on stderr; as JSON where a program reads. */
export function renderError(error: CtrError, {stderr}: AppContext, {isJson}: {isJson: boolean}): void {
  const {code, message, hint, data} = error;
  if (isJson) {
    stderr.write(`${JSON.stringify({type: 'error', code, message, hint: hint ?? null, data})}\n`);
    return;
  }
  stderr.write(`ctr: ${escapeText(message)} [${code}]\n`);
  if (hint) stderr.write(`     ${escapeText(hint)}\n`);
}

/** A bug: shows everything that helps to fix it. */
export function renderBug(error: unknown, {stderr}: AppContext): void {
  stderr.write(`ctr: this is a bug in ctr, please report it [BUG]\n`);
  stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  if (error instanceof Error && error.cause !== undefined) renderCause(error.cause, stderr);
}

function renderCause(cause: unknown, stderr: AppContext['stderr']): void {
  stderr.write(
    `caused by: ${cause instanceof CtrError || cause instanceof Error ? cause.stack : String(cause)}\n`,
  );
}
