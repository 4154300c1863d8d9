import type {AppContext} from '../../app/context.ts';
import {failureWords} from '../../sync/failure-words.ts';
import type {ReindexEvent, ReindexPhase, ReindexSummary} from '../../sync/reindex/reindex-progress.ts';
import {formatCount, formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';
import {openSyncRenderer} from './render-sync.ts';
import {openVerifyRenderer} from './render-verify.ts';

const PHASES: Readonly<Record<ReindexPhase, string>> = {
  build: 'building the new index next to the old one',
  verify: 'proving the new index against Git',
  finish: 'importing the latest pushes',
  swap: 'changing over',
  clean: 'dropping the old index',
};

/** Shows a reindex while it runs: JSON lines for programs; phases and progress for people. */
export function openReindexRenderer(
  context: Pick<AppContext, 'stderr' | 'isTerminal'>,
  output: Output,
  options: {isQuiet: boolean},
): {show(event: ReindexEvent): void} {
  const syncs = openSyncRenderer(context, output, options);
  const checks = openVerifyRenderer(context, output, options);
  return {
    show(event) {
      if (output.isJson) return output.json(event);
      switch (event.type) {
        case 'progress':
        case 'failure':
          return syncs.show(event);
        case 'checked':
          return checks.show({...event, type: 'progress'});
        case 'phase':
          // Clears the last progress line.
          if (context.isTerminal.stderr && !options.isQuiet) context.stderr.write('\r\x1b[K');
          return output.note(PHASES[event.phase]);
        case 'summary':
          return options.isQuiet ? undefined : showSummary(event, output);
      }
    },
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
  const counts = [
    `${formatCount(written.refsWritten)} refs`,
    `${formatCount(written.commitsWritten)} commits`,
    `${formatCount(written.entriesWritten)} files`,
    `${formatCount(written.objectsWritten)} objects`,
  ];
  return `${repo}: built again in ${formatDuration(elapsedMs)}, ${counts.join(', ')} written${problems}`;
}
