import type {InstallEvent, Placed} from '../../app/install/install-repository.ts';
import type {InstallPlan} from '../../app/install/plan-install.ts';
import type {RepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {isSameIndex, labelOfIndex, labelOfObjects} from '../../config/filled-store.ts';
import {quoteForShell} from '../../util/quote-for-shell.ts';
import type {Output} from './output.ts';
import {renderEstimate} from './render-estimate.ts';
import {openReindexRenderer} from './render-reindex.ts';
import {lostHeadWords} from './render-status.ts';
import {openSyncRenderer} from './render-sync.ts';

/** Shows an install while it runs, and what to do next when it has ended. */
export function openInstallRenderer(output: Output): (event: InstallEvent) => void {
  const showSync = openSyncRenderer(output);
  const showReindex = openReindexRenderer(output);
  return (event) => {
    switch (event.type) {
      case 'estimate':
        return renderEstimate(event.estimate, event.workspace, output);
      case 'placed':
        return showPlaced(event.placed, output);
      case 'sync':
        return showSync(event.event);
      case 'reindex':
        return showReindex(event.event);
      case 'reindex-due':
        return output.note(
          'The objects are to be elsewhere: `ctr reindex` brings them there. Until then nothing is synced.',
        );
      case 'imported':
        // The search that is advised next names no ref, and would fail.
        if (event.head.isLost) output.note(`HEAD: ${lostHeadWords(event.head.name)}`);
        return showWhatNext(event.workspace, output);
    }
  };
}

function showPlaced({keptHook, secrets, plan, workspace, unsaved, access}: Placed, output: Output): void {
  if (secrets) output.note(`kept ${secrets.count} secrets in ${secrets.file}`);
  if (keptHook) output.note(`your own post-receive hook goes on running, as ${keptHook}`);
  showNames(plan, workspace, output);
  if (unsaved.names.length > 0) {
    output.note(
      `${unsaved.names.join(', ')}: only in this environment. For pushes, keep them in ${unsaved.file} (--save-secrets does).`,
    );
  }
  for (const {problem, hint} of access) output.note(`${problem}\n     ${hint}`);
}

/** The names that readers on other machines need, and the content that stays in the old store. */
function showNames(
  {takenName, change}: InstallPlan,
  {indexLocation}: RepositoryWorkspace,
  output: Output,
): void {
  const {url, name} = indexLocation;
  if (takenName !== undefined)
    output.note(
      `The index ${takenName} belongs to another repository; this one's is ${name} (ctr.index.name).`,
    );
  if (url !== 'embedded')
    output.note(`Readers on other machines: CTR_INDEX_URL=${url} CTR_INDEX_NAME=${name}`);
  if (change === undefined) return;
  const left = isSameIndex(change.from, change.to) ? labelOfObjects(change.from) : labelOfIndex(change.from);
  output.note(`What was indexed before stays in ${left}: \`ctr prune --old-stores\` removes it.`);
}

function showWhatNext({gitDir, config}: RepositoryWorkspace, output: Output): void {
  const repo = quoteForShell(gitDir);
  output.note(`\nEvery push is indexed from now on. Try:
  ctr search --repo ${repo} 'some words'
  ctr status --repo ${repo}
For pushes whose hook never ran, let cron or a timer run now and then: ctr sync --repo ${repo}`);
  if (config.settings['ctr.index.url'] === 'embedded') {
    output.note('The index is inside the repository (ctr/index.db). For OpenSearch and S3 see the README.');
  }
}
