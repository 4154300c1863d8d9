import type {ChangedFile} from '../../read/compare-snapshots.ts';
import {readFileDiff, type TextDiff} from '../../read/read-file-diff.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import {renderDiff, rowCountOf} from './content/diff-html.ts';
import {type Html, html, showBreakable, showName} from './html.ts';
import {hrefIn, type RepositoryRequest} from './page-request.ts';
import {notice} from './parts.ts';

const LISTED_MAX = 1000;
const DIFFED_MAX = 100;
/** Of all files together; a browser has trouble with more. */
const ROWS_MAX = 5000;
const AT_ONCE = 8;

/** The result for one file: its diff, or the reason why there is none. */
type Outcome = TextDiff | 'binary' | 'too-large' | 'not-shown';

/** The files that changed, each with its lines. `before` and `after`: the commits whose files these are. */
export async function renderChanges(
  request: RepositoryRequest,
  files: readonly ChangedFile[],
  commits: {readonly before: string | undefined; readonly after: string},
): Promise<Html> {
  const outcomes = await readDiffs(request, files);
  const diffs = [...outcomes.values()].filter((outcome) => typeof outcome === 'object');
  const sum = (of: (diff: TextDiff) => number) => diffs.reduce((total, diff) => total + of(diff), 0);
  const listed = files.slice(0, LISTED_MAX);
  const left = files.length - listed.length;
  return html`<h2>${formatCount(files.length)} changed ${files.length === 1 ? 'file' : 'files'} <span class="dim">${formatCount(sum((diff) => diff.addedCount))} lines added, ${formatCount(sum((diff) => diff.removedCount))} removed${diffs.length < files.length ? ' in what is shown' : ''}</span></h2>
${files.length > 1 ? html`<details class="box list"><summary>List of files</summary><ul>${listed.map((file, at) => listItem(file, at))}</ul>${left > 0 ? notice(`${formatCount(left)} more files changed.`) : ''}</details>` : ''}
${[...outcomes].map(([file, outcome], at) => fileBox(request, {file, outcome, at}, commits))}
${files.length > outcomes.size ? notice(`Of ${formatCount(files.length)} files, the first ${outcomes.size} are shown.`) : ''}`;
}

async function readDiffs(
  {reader}: RepositoryRequest,
  files: readonly ChangedFile[],
): Promise<Map<ChangedFile, Outcome>> {
  const outcomes = new Map<ChangedFile, Outcome>();
  let rowsLeft = ROWS_MAX;
  const diffed = files.slice(0, DIFFED_MAX);
  for (let at = 0; at < diffed.length; at += AT_ONCE) {
    const batch = diffed.slice(at, at + AT_ONCE);
    const read = await Promise.all(
      batch.map(async (file) =>
        rowsLeft <= 0 || isSameText(file) ? 'not-shown' : readFileDiff(reader, file),
      ),
    );
    for (const [index, outcome] of read.entries()) {
      const rows = typeof outcome === 'object' ? rowCountOf(outcome) : 0;
      outcomes.set(batch[index]!, rows > rowsLeft ? 'not-shown' : outcome);
      rowsLeft -= rows;
    }
  }
  return outcomes;
}

function isSameText({before, after}: ChangedFile): boolean {
  return before !== undefined && before.oid === after?.oid;
}

function listItem({status, path, before}: ChangedFile, at: number): Html {
  const from = status === 'renamed' && before ? html`${showBreakable(before.path)} → ` : '';
  const name = html`${from}${showBreakable(path)}`;
  return html`<li><span class="status ${status}">${status}</span> ${at < DIFFED_MAX ? html`<a href="#f${at + 1}">${name}</a>` : name}</li>`;
}

function fileBox(
  request: RepositoryRequest,
  {file, outcome, at}: {file: ChangedFile; outcome: Outcome; at: number},
  commits: {readonly before: string | undefined; readonly after: string},
): Html {
  const {status, path, before, after} = file;
  const commit = after ? commits.after : commits.before;
  const revision = {family: 'revision', name: commit ?? commits.after} as const;
  const href = hrefIn(request, {revision, view: 'file', path});
  const from = status === 'renamed' && before ? html`${showBreakable(before.path)} → ` : '';
  const mode =
    before && after && before.mode !== after.mode
      ? html`<span class="dim">mode ${before.mode} → ${after.mode}</span>`
      : '';
  return html`<section class="box" id="f${at + 1}" aria-label="${showName(path)}"><h3 class="box-title"><span class="status ${status}">${status}</span> <a href="${href}">${from}${showBreakable(path)}</a> ${mode}</h3>
${outcomeBody(file, outcome)}</section>
`;
}

function outcomeBody(file: ChangedFile, outcome: Outcome): Html {
  const {path, before, after} = file;
  if (typeof outcome === 'object') {
    if (outcome.hunks.length === 0) return notice('The text is the same.');
    return html`${renderDiff(outcome, `Changes of ${showName(path)}`)}${outcome.isMinimal ? '' : notice('The two versions differ too much to be compared closely.')}${openEnd(file, outcome)}`;
  }
  if (outcome === 'not-shown')
    return notice(isSameText(file) ? 'The content is the same.' : 'Not shown: there are too many changes.');
  const size = (side: typeof before) => (side ? formatBytes(side.sizeBytes) : 'nothing');
  const why = outcome === 'binary' ? 'No text to compare' : 'Too large to be compared';
  return notice(`${why}: ${size(before)} before, ${size(after)} after.`);
}

function openEnd({before, after}: ChangedFile, {isOpen}: TextDiff): Html | '' {
  if (isOpen.before === isOpen.after) return '';
  if (!before || !after) return notice('It does not end in a line feed.');
  return notice(`Only the ${isOpen.before ? 'new' : 'old'} version ends in a line feed.`);
}
