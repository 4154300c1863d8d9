import type {UninstallReport} from '../../app/install/uninstall-repository.ts';
import {escapeText} from '../../util/escape-text.ts';
import type {Output} from './output.ts';
import {outcomesForPrograms, renderOutcomes, UNREACHABLE_HINT} from './render-stores.ts';

/** The deleted and the remaining things. A place that could not be reached never counts as deleted. */
export function renderUninstall(report: UninstallReport, output: Output): void {
  const {isPurge, wasInstalled, stores, kept} = report;
  if (output.isJson) {
    output.json({...report, stores: outcomesForPrograms(stores)});
    return;
  }
  const unreachable = stores.filter(({state}) => state === 'unreachable');
  renderOutcomes(unreachable, output);
  if (unreachable.length > 0) {
    output.note('the hook is out, but not everything that was indexed is gone; the settings are kept');
    output.note(`Run \`ctr uninstall --purge\` again when these answer. ${UNREACHABLE_HINT}`);
    return;
  }
  if (!wasInstalled) {
    output.note('ctr is not installed in this repository: there is nothing to remove');
    return;
  }
  output.note(isPurge ? 'ctr is gone from this repository' : 'the hook is out');
  for (const thing of kept) output.note(`kept: ${escapeText(thing)}`);
  if (!isPurge) output.note('`ctr uninstall --purge` removes these as well.');
}
