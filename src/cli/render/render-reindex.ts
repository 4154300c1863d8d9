import {failureWords} from '../../sync/failure-words.ts';
import type {ReindexEvent, ReindexPhase, ReindexSummary} from '../../sync/reindex/reindex-progress.ts';
import {formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';
import {openSyncRenderer, writtenWords} from './render-sync.ts';
import {openVerifyRenderer} from './render-verify.ts';

const PHASES: Readonly<Record<ReindexPhase, string>> = {
  build: 'building the new index next to the old one',
  verify: 'proving the new index against Git',
  finish: 'importing the latest pushes',
  swap: 'changing over',
  clean: 'dropping the old index',
};

/** Shows a reindex while it runs: JSON lines for programs; phases and progress for people. */
export function openReindexRenderer(output: Output): (event: ReindexEvent) => void {
  const showSync = openSyncRenderer(output);
  const showCheck = openVerifyRenderer(output);
  return (event) => {
    if (output.isJson) return output.json(event);
    switch (event.type) {
      case 'progress':
      case 'failure':
        return showSync(event);
      case 'checked':
        return showCheck({...event, type: 'progress'});
      case 'phase':
        return output.note(PHASES[event.phase]);
      case 'summary':
        return output.isQuiet ? undefined : showSummary(event, output);
    }
  };
}

function showSummary(summary: ReindexSummary, output: Output): void {
  const {rebuiltBecause, others} = summary;
  output.line(summaryLine(summary));
  if (rebuiltBecause !== null) output.note(`Built from Git alone, because ${rebuiltBecause}.`);
  if (others.length > 0)
    output.note(`${others.join(', ')} shared the old index: run \`ctr sync\` there to import it again.`);
}

function summaryLine({repo, failures, elapsedMs, ...written}: ReindexSummary): string {
  const problems = failures.length === 0 ? '' : `; ${failureWords(failures)}, see \`ctr status\``;
  return `${repo}: built again in ${formatDuration(elapsedMs)}, ${writtenWords(written)}${problems}`;
}
