import {displayPath} from '../../domain/path.ts';
import type {Finding, Note, Verification, VerifyProgress} from '../../sync/verify/findings.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount, formatDuration} from '../../util/format.ts';
import type {Output} from './output.ts';

/** Shows a verification while it runs, as a sync is shown; then one line for each finding. */
export function openVerifyRenderer(output: Output): (event: VerifyProgress | Verification) => void {
  return (event) => {
    if (output.isJson) return output.json(event);
    if (event.type === 'progress') return output.progress(progressLine(event), event.elapsedMs);
    for (const finding of event.findings) output.line(findingLine(finding));
    for (const note of event.notes) output.note(noteLine(note));
    if (!output.isQuiet) output.line(summaryLine(event));
  };
}

function progressLine({stage, done, total, elapsedMs}: VerifyProgress): string {
  const ofTotal = total === undefined ? '' : ` of ${formatCount(total)}`;
  return `verifying: ${formatCount(done)}${ofTotal} ${stage}, ${formatDuration(elapsedMs)}`;
}

/** The kind first, so that a person can sort and count. Everything that was pushed is escaped. */
function findingLine({kind, unrepairable, ...named}: Finding): string {
  const words = Object.entries(named).flatMap(([member, value]) => {
    if (value === undefined) return [];
    const shown = Array.isArray(value) ? value.join(', ') : String(value);
    return `${member} ${member === 'path' || member === 'ref' ? displayPath(shown) : escapeText(shown)}`;
  });
  const why = unrepairable === undefined ? '' : ` (cannot be repaired: ${escapeText(unrepairable)})`;
  return `${kind}: ${words.join('; ')}${why}`;
}

function noteLine(note: Note): string {
  if (note.kind === 'reindex-due')
    return `note: something was indexed under another ${note.setting}, and judged by that: run \`ctr reindex\``;
  return note.kind === 'odd-tree'
    ? `note: the tree of commit ${note.commit} does not follow from its files: ${note.why}`
    : `note: Git cannot read ${displayPath(note.path)} (${note.oid}); its entry says so`;
}

function summaryLine(verification: Verification): string {
  const {checked, seed, isComplete, elapsedMs} = verification;
  const counts = Object.entries(checked).map(([what, count]) => `${formatCount(count as number)} ${what}`);
  const sample = isComplete ? '' : `, sample ${seed}`;
  return `${verdictOf(verification)}: ${counts.join(', ')} checked in ${formatDuration(elapsedMs)}${sample}`;
}

/** The verdict, with the number of unproven things in the same line. */
function verdictOf({ok, findings, unproven}: Verification): string {
  const files = `${formatCount(unproven)} file${unproven === 1 ? '' : 's'} that Git cannot read`;
  if (!ok) return `${formatCount(findings.length)} findings${unproven > 0 ? `, and ${files}` : ''}`;
  return unproven > 0 ? `the index equals Git but for ${files}` : 'the index equals Git';
}
