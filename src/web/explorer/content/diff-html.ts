import {cutText} from '../../../domain/cut-text.ts';
import type {Hunk} from '../../../domain/line-diff.ts';
import type {TextDiff} from '../../../read/read-file-diff.ts';
import {type Html, html} from '../html.ts';

const LINE_MAX_CHARS = 1000;

/** How many rows the diff takes. */
export function rowCountOf({hunks}: TextDiff): number {
  return hunks.reduce(
    (rows, {oldCount, changes}) =>
      rows + 1 + oldCount + changes.reduce((sum, {newCount}) => sum + newCount, 0),
    0,
  );
}

/** The diff as a table: line numbers of both sides, then the line. */
export function renderDiff(diff: TextDiff, label: string): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table class="diff"><thead class="away"><tr><th scope="col">Old line</th><th scope="col">New line</th><th scope="col">Text</th></tr></thead><tbody>${diff.hunks.map((hunk) => renderHunk(diff, hunk))}</tbody></table></div>`;
}

function renderHunk(diff: TextDiff, hunk: Hunk): Html {
  const rows: Html[] = [];
  let oldAt = hunk.oldStart;
  let newAt = hunk.newStart;
  const shared = (oldEnd: number) => {
    for (; oldAt < oldEnd; oldAt++, newAt++)
      rows.push(row('same', diff.before[oldAt] ?? '', {old: oldAt, now: newAt}));
  };
  for (const {oldStart, oldCount, newCount} of hunk.changes) {
    shared(oldStart);
    for (let i = 0; i < oldCount; i++, oldAt++)
      rows.push(row('gone', diff.before[oldAt] ?? '', {old: oldAt}));
    for (let i = 0; i < newCount; i++, newAt++) rows.push(row('come', diff.after[newAt] ?? '', {now: newAt}));
  }
  shared(hunk.oldStart + hunk.oldCount);
  const head = `@@ -${rangeText(hunk.oldStart, hunk.oldCount)} +${rangeText(hunk.newStart, hunk.newCount)} @@`;
  return html`<tr class="hunk"><td colspan="3">${head}</td></tr>${rows}`;
}

/** As `git diff` writes it: an empty range begins behind the line before it. */
function rangeText(start: number, count: number): string {
  return `${count === 0 ? start : start + 1}${count === 1 ? '' : `,${count}`}`;
}

const SIGNS = {same: ' ', gone: '-', come: '+'} as const;

function row(kind: keyof typeof SIGNS, line: string, {old, now}: {old?: number; now?: number}): Html {
  const number = (at: number | undefined) => (at === undefined ? '' : at + 1);
  const cut = line.length > LINE_MAX_CHARS ? ' ...' : '';
  return html`<tr class="${kind}"><td class="no">${number(old)}</td><td class="no">${number(now)}</td><td><code>${SIGNS[kind]}${cutText(line, LINE_MAX_CHARS)}${cut}</code></td></tr>
`;
}
