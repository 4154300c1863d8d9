import type {AppContext, CommonOptions} from '../../app/context.ts';
import {failureKeyOf, type ToldFailures} from '../../app/sync/told-failures.ts';
import {failureWords} from '../../sync/failure-words.ts';
import type {Failure} from '../../sync/sync-progress.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {quoteForShell} from '../../util/quote-for-shell.ts';
import {renderError} from './render-error.ts';

/** Says under --quiet, when it is time, that something of the repository could not be read and all the rest was done. */
export function tellPartial(
  failures: readonly Failure[],
  told: ToldFailures,
  {context, common, gitDir}: {context: AppContext; common: CommonOptions; gitDir: string},
): void {
  if (failures.length === 0) told.forget();
  if (failures.length === 0 || !common.quiet || !told.take(failureKeyOf(failures))) return;
  const error = new CtrError('PARTIAL', `of ${gitDir} ${failureWords(failures)}`, {
    hint: `\`ctr status --repo ${quoteForShell(gitDir)}\` names what, and why.`,
    data: {path: gitDir, failures},
  });
  renderError(error, context, {isJson: common.json});
}
