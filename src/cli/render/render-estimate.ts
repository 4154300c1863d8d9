import type {Workspace} from '../../app/workspace/open-workspace.ts';
import type {ImportEstimate} from '../../sync/import/estimate-import.ts';
import {formatBytes, formatCount, formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';

/** The size of the import, its place, and how to index less. */
export function renderEstimate(
  estimate: ImportEstimate,
  {config, indexLocation, objectsLocation}: Workspace,
  output: Output,
): void {
  if (output.isJson) {
    output.json({type: 'estimate', ...estimate});
    return;
  }
  const {refs, commits, blobs, bytes, secondsMin, secondsMax} = estimate;
  const isNarrowed = config.settings['ctr.history'] === 'refs' || config.settings['ctr.refs'].length > 0;
  output.note(
    `To index: ${formatCount(refs)} refs, ${formatCount(commits)} commits, ${isNarrowed ? 'at most' : 'about'} ` +
      `${formatCount(blobs)} versions of files, ${formatBytes(bytes)}; ${timeWords({secondsMin: isNarrowed ? 0 : secondsMin, secondsMax})}`,
  );
  output.note(
    `Index: ${indexLocation.url}, objects: ${objectsLocation.url}; ${diskWords(estimate, isNarrowed)}`,
  );
  output.note(
    "To index less: --refs 'refs/heads/*' (some refs), --history refs (only the files that a ref shows now), " +
      "--exclude 'vendor/' (not these paths), --text-max-bytes 500k",
  );
}

function timeWords({secondsMin, secondsMax}: Pick<ImportEstimate, 'secondsMin' | 'secondsMax'>): string {
  if (secondsMax < 1) return 'less than a second';
  const most = formatDuration(roundedSeconds(secondsMax) * 1000);
  return secondsMin < 1
    ? `at most ${most}`
    : `${formatDuration(roundedSeconds(secondsMin) * 1000)} to ${most}`;
}

/** A guess has no odd seconds. */
function roundedSeconds(seconds: number): number {
  const step = seconds < 20 ? 1 : seconds < 120 ? 5 : seconds < 1200 ? 30 : 300;
  return Math.ceil(seconds / step) * step;
}

function diskWords({diskBytes, freeBytes}: ImportEstimate, isNarrowed: boolean): string {
  const takes = `${isNarrowed ? 'at most' : 'about'} ${formatBytes(diskBytes)} of disk`;
  if (freeBytes === null) return `${takes} there`;
  return `${takes}, ${formatBytes(freeBytes)} are free${diskBytes > freeBytes ? ': that is too little' : ''}`;
}
