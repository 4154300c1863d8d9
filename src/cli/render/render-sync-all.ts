import {join} from 'node:path';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import type {SyncAllEvent} from '../../app/sync/sync-all.ts';
import {failureKeyOf, openToldFailures} from '../../app/sync/told-failures.ts';
import {localFiles} from '../../app/workspace/local-files.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Output} from './output.ts';
import {renderBug, renderError} from './render-error.ts';
import {failureLine, summaryLine} from './render-sync.ts';
import {tellPartial} from './tell-partial.ts';

/** Shows what `sync --all` does. Under --quiet, which is for cron, a known failure is told once a day. */
export function openSyncAllRenderer(
  context: AppContext,
  common: CommonOptions,
  output: Output,
): (event: SyncAllEvent) => void {
  const toldOf = (gitDir: string) =>
    openToldFailures(localFiles({directory: join(gitDir, 'ctr')}).told, context.now);
  return (event) => {
    switch (event.type) {
      case 'sync':
        return showSync(event, output);
      case 'synced':
        return tellPartial(event.summary.failures, toldOf(event.gitDir), {
          context,
          output,
          gitDir: event.gitDir,
        });
      case 'passed-over':
        return showPassedOver(event, output, common);
      case 'failed':
        if (!output.isQuiet || toldOf(event.gitDir).take(failureKeyOf(event.error))) {
          renderError(named(event), context, output);
        }
        return;
      case 'bug':
        return renderBug(event.error, context);
      case 'none-found':
        return output.note(`no repository below ${event.root} has ctr installed`);
    }
  };
}

function showSync({gitDir, event}: SyncAllEvent & {type: 'sync'}, output: Output): void {
  if (output.isJson) output.json({...event, path: gitDir});
  else if (event.type === 'failure') output.note(`ctr: ${gitDir}: ${failureLine(event.failure)}`);
  else if (event.type === 'summary' && !output.isQuiet) output.line(summaryLine({...event, repo: gitDir}));
}

function showPassedOver(
  {gitDir, error: {message, data}}: SyncAllEvent & {type: 'passed-over'},
  output: Output,
  {verbose}: CommonOptions,
): void {
  if (output.isJson) output.json({type: 'passed-over', path: gitDir, running: data['running'] ?? []});
  else if (verbose) output.note(`passed over: ${message}`);
}

function named({error, gitDir}: SyncAllEvent & {type: 'failed'}): CtrError {
  const {code, message, hint, data, cause} = error;
  const full = message.includes(gitDir) ? message : `${gitDir}: ${message}`;
  return new CtrError(code, full, {...(hint !== undefined && {hint}), data: {...data, path: gitDir}, cause});
}
