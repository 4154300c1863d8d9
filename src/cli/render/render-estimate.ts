import type {ImportEstimate} from '../../sync/import/estimate-import.ts';
import {formatBytes, formatCount, formatDuration} from '../../util/format.ts';
import type {Workspace} from '../context.ts';
import type {Output} from '../output.ts';

/** What is going to be indexed, where, and how to index less. */
export function renderEstimate(
  estimate: ImportEstimate,
  {config, indexLocation, objectsLocation}: Workspace,
  output: Output,
): void {
  if (output.isJson) {
    output.json({type: 'estimate', ...estimate});
    return;
  }
  const {refs, commits, blobs, bytes, seconds} = estimate;
  const isNarrowed = config.settings['ctr.history'] === 'refs' || config.settings['ctr.refs'].length > 0;
  output.note(
    `To index: ${formatCount(refs)} refs, ${formatCount(commits)} commits, ${isNarrowed ? 'at most' : 'about'} ` +
      `${formatCount(blobs)} versions of files, ${formatBytes(bytes)}; ${isNarrowed ? 'at most ' : 'about '}${formatDuration(seconds * 1000)}`,
  );
  output.note(`Index: ${indexLocation.url}, objects: ${objectsLocation.url}`);
  output.note(
    "To index less: --refs 'refs/heads/*' (some refs), --history refs (only the files that a ref shows now), " +
      "--exclude 'vendor/' (not these paths), --text-max-bytes 500k",
  );
}
