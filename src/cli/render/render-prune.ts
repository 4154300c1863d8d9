import type {PrunedKind, PruneReport} from '../../sync/removal/prune.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import type {Output} from '../output.ts';

/** A line for each kind that there was something of. */
export function renderPrune(report: PruneReport, output: Output): void {
  if (output.isJson) {
    output.json(report);
    return;
  }
  const kinds: [string, PrunedKind][] = [
    ['commits', report.commits],
    ['files', report.entries],
    ['objects', report.objects],
    ['file lists of commits', report.snapshots],
    ['marks of deleted refs', report.tombstones],
  ];
  const found = kinds.filter(([, {count}]) => count > 0);
  if (found.length === 0) output.line('nothing to prune');
  const verb = report.isDryRun ? 'would be deleted' : 'deleted';
  for (const [name, {count, sizeBytes}] of found) {
    const size = sizeBytes > 0 ? ` (${formatBytes(sizeBytes)})` : '';
    output.line(`${formatCount(count)} ${name}${size} ${verb}`);
  }
}
