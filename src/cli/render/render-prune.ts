import type {OldStore} from '../../app/stores/read-stores.ts';
import type {StoreOutcome} from '../../app/stores/remove-stores.ts';
import type {PrunedKind, PruneReport} from '../../sync/removal/prune.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import type {Output} from './output.ts';
import {outcomesForPrograms, renderOldStores, renderOutcomes, UNREACHABLE_HINT} from './render-stores.ts';

/** The permissions of a key that are needed to find unfinished uploads. */
export const ALLOW_UPLOADS =
  'Allow s3:ListBucketMultipartUploads and s3:ListMultipartUploadParts to the key of ctr.';

type ShownPrune = PruneReport & {
  readonly isReindexing: boolean;
  /** Removed old stores; empty unless asked for. */
  readonly removedStores: readonly StoreOutcome[];
  /** There, and left alone. */
  readonly oldStores: readonly OldStore[];
};

/** A line for each kind that there was something of. */
export function renderPrune(report: ShownPrune, output: Output): void {
  if (output.isJson) {
    output.json({...report, removedStores: outcomesForPrograms(report.removedStores)});
    return;
  }
  const kinds: [string, PrunedKind][] = [
    ['commits', report.commits],
    ['files', report.entries],
    ['objects', report.objects],
    ['file lists of commits', report.snapshots],
    ['marks of deleted refs', report.tombstones],
    ['unfinished writes of objects', report.unfinished],
  ];
  const found = kinds.filter(([, {count}]) => count > 0);
  if (found.length === 0 && report.removedStores.length === 0) output.line('nothing to prune');
  const verb = report.isDryRun ? 'would be deleted' : 'deleted';
  for (const [name, {count, sizeBytes}] of found) {
    const size = sizeBytes > 0 ? ` (${formatBytes(sizeBytes)})` : '';
    output.line(`${formatCount(count)} ${name}${size} ${verb}`);
  }
  if (report.unfinished.notListed !== null) {
    output.note(`unfinished writes were not looked for: ${report.unfinished.notListed}. ${ALLOW_UPLOADS}`);
  }
  if (report.isReindexing && report.unfinished.count > 0) {
    output.note('A reindex is running: the unfinished writes may be its own, and prune waits for its end.');
  }
  renderOutcomes(report.removedStores, output);
  if (report.removedStores.some(({state}) => state === 'unreachable')) output.note(UNREACHABLE_HINT);
  renderOldStores(report.oldStores, output);
}
