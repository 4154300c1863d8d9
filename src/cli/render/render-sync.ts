import {syncProgress} from '../../app/locked/work-file.ts';
import {displayPath} from '../../domain/path.ts';
import {estimateLeftMs} from '../../domain/running-work.ts';
import {failureWords} from '../../sync/failure-words.ts';
import {
  type Failure,
  isIdle,
  type Progress,
  type SyncEvent,
  type SyncSummary,
} from '../../sync/sync-progress.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatBytes, formatCount, formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';

/** Shows a sync while it runs: JSON lines for programs; for people its progress, what failed, and the summary. */
export function openSyncRenderer(output: Output): (event: SyncEvent) => void {
  return (event) => {
    if (output.isJson) return output.json(event);
    switch (event.type) {
      case 'progress':
        return output.progress(progressLine(event), event.elapsedMs);
      case 'failure':
        return output.note(`ctr: ${failureLine(event.failure)}`);
      case 'summary':
        return output.isQuiet ? undefined : output.line(summaryLine(event));
      case 'plan':
        return;
    }
  };
}

export function failureLine({name, reason}: Pick<Failure, 'name' | 'reason'>): string {
  return escapeText(`${name}: ${reason}`);
}

function progressLine(event: Progress): string {
  const {commits, commitsTotal, entries, bytes, elapsedMs} = event;
  const ofTotal = commitsTotal === undefined ? '' : ` of ${formatCount(commitsTotal)}`;
  const rate = `${formatBytes((bytes / Math.max(elapsedMs, 1)) * 1000)}/s`;
  // After all commits, only files and refs are left, which are not counted.
  const leftMs = estimateLeftMs(syncProgress(event), elapsedMs);
  const left = leftMs === undefined ? '' : `, ${formatDuration(leftMs)} left`;
  return `${formatCount(commits)}${ofTotal} commits, ${formatCount(entries)} files, ${formatBytes(bytes)}, ${rate}${left}`;
}

/** How much of each kind was written. */
export function writtenWords(
  summary: Record<`${'refs' | 'commits' | 'entries' | 'objects'}Written`, number>,
) {
  const {refsWritten, commitsWritten, entriesWritten, objectsWritten} = summary;
  const [refs, ...others] = [refsWritten, commitsWritten, entriesWritten, objectsWritten].map(formatCount);
  return `${refs} refs, ${others[0]} commits, ${others[1]} files, ${others[2]} objects written`;
}

/** The work that was done, or that there was nothing to do. */
export function summaryLine(summary: SyncSummary): string {
  const {repo, failures, elapsedMs} = summary;
  const trouble = failures.length === 0 ? '' : `${failureWords(failures)}, see \`ctr status\``;
  const removed = removedOf(summary);
  if (isIdle(summary)) {
    return `${repo} is up to date, ${trouble && `but ${trouble}; `}nothing written`;
  }
  const done = `${removed}${deepenedOf(summary)}${headOf(summary)}`;
  return `${repo}: ${writtenWords(summary)}${done} in ${formatDuration(elapsedMs)}${trouble && `; ${trouble}`}`;
}

/** Which refs reach other commits now, although they have not moved; empty where there is none. */
function deepenedOf({rewritten}: SyncSummary): string {
  if (rewritten.length === 0) return '';
  return `; ${formatCount(rewritten.length)} refs have another history, since the repository was deepened or cut`;
}

function headOf({head}: SyncSummary): string {
  return head
    ? `; HEAD is ${displayPath(head.to ?? 'detached')}, and was ${displayPath(head.from ?? 'detached')}`
    : '';
}

/** The deleted orphans; empty if there were none. */
function removedOf({commitsRemoved, entriesRemoved, objectsRemoved}: SyncSummary): string {
  if (commitsRemoved + entriesRemoved + objectsRemoved === 0) return '';
  const counts = [
    `${formatCount(commitsRemoved)} commits`,
    `${formatCount(entriesRemoved)} files`,
    `${formatCount(objectsRemoved)} objects`,
  ];
  return `; ${counts.join(', ')} removed`;
}
