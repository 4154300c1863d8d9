import type {AppContext} from '../../app/context.ts';
import {failureKeyOf, type ToldFailures} from '../../app/sync/told-failures.ts';
import {failureWords} from '../../sync/failure-words.ts';
import type {Failure} from '../../sync/sync-progress.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {quoteForShell} from '../../util/quote-for-shell.ts';
import type {Output} from './output.ts';
import {renderError} from './render-error.ts';

/** Says under --quiet, when it is time, that something of the repository could not be read and all the rest was done. */
export function tellPartial(
  failures: readonly Failure[],
  told: ToldFailures,
  {context, output, gitDir}: {context: AppContext; output: Output; gitDir: string},
): void {
  if (failures.length === 0) told.forget();
  if (failures.length === 0 || !output.isQuiet || !told.take(failureKeyOf(failures))) return;
  const error = new CtrError('PARTIAL', `of ${gitDir} ${failureWords(failures)}`, {
    hint: `\`ctr status --repo ${quoteForShell(gitDir)}\` names what, and why.`,
    data: {path: gitDir, failures},
  });
  renderError(error, context, output);
}
