import type {SiteAnswer} from '../../app/site/search-site.ts';
import {displayPath} from '../../domain/path.ts';
import {unknownFilterWords} from '../../domain/query/unknown-filters.ts';
import type {FoundFile} from '../../read/found-file.ts';
import type {FoundHere, SearchAnswer} from '../../read/search.ts';
import type {EverythingAnswer, FoundVersion} from '../../read/search-everything.ts';
import {escapeText} from '../../util/escape-text.ts';
import type {Output} from './output.ts';

const LINES_SHOWN = 5;

/** Each file with its matching lines, best file first; at the end how many there are, and what is not among them. */
export function renderSearch(answer: SearchAnswer | EverythingAnswer, output: Output): void {
  for (const hit of answer.hits) renderHit(hit, output, placeOf(answer, hit));
  output.note(summaryOf(answer));
  for (const unknown of answer.unknownFilters) output.note(unknownFilterWords(unknown));
  for (const note of answer.notes) output.note(note);
  if ('notSearchable' in answer && answer.notSearchable.length > 0) {
    const reasons = answer.notSearchable.map(({value, count}) => `${count} ${value}`).join(', ');
    output.note(`Files whose text is not in the index: ${reasons}. They are found by path only.`);
  }
}

/** The hits of each repository under its name, then who did not answer. */
export function renderSiteSearch(answer: SiteAnswer, output: Output): void {
  for (const {repository, hits} of answer.repositories)
    for (const hit of hits) renderHit({...hit, path: `${repository}: ${hit.path}`}, output, '');
  const {total, searched} = answer;
  output.note(
    `${total} ${total === 1 ? 'file' : 'files'} in ${searched} ${searched === 1 ? 'repository' : 'repositories'}, ${answer.tookMs} ms`,
  );
  for (const unknown of answer.unknownFilters) output.note(unknownFilterWords(unknown));
  for (const note of answer.notes) output.note(note);
  for (const {repository, reason} of answer.unanswered)
    output.note(`${escapeText(repository)} did not answer: ${escapeText(reason)}`);
}

function renderHit({path, lines, linesTotal}: FoundFile, output: Output, place: string): void {
  const bold = (text: string) => (output.hasColor ? `\x1b[1m${text}\x1b[0m` : text);
  output.line(bold(displayPath(path)) + place);
  const hasContext = lines.some(({matches}) => matches.length === 0);
  const shown = hasContext ? lines : lines.slice(0, LINES_SHOWN);
  for (const {line, text, matches} of shown)
    output.line(
      `  ${line}${hasContext && matches.length === 0 ? '-' : ':'} ${escapeText(hasContext ? text : text.trim())}`,
    );
  const left = linesTotal - shown.filter(({matches}) => matches.length > 0).length;
  if (left > 0) output.line(`  ... ${left} more ${left === 1 ? 'line' : 'lines'}`);
}

const REFS_SHOWN = 3;
const SHORT_OID = 10;

/** Where the hit is, if that does not go without saying. */
function placeOf(answer: SearchAnswer | EverythingAnswer, hit: FoundHere | FoundVersion): string {
  if ('refs' in hit) return `  (${lifetimeOf(hit)})`;
  const {ref, commit, changed} = hit;
  const isOneOfSeveral = 'revisions' in answer && answer.revisions.length > 1;
  const facts = [
    ...(isOneOfSeveral ? [escapeText(ref ?? commit.slice(0, 12))] : []),
    ...(changed ? [`changed ${changed.date.slice(0, 10)}, ${changed.commit.slice(0, SHORT_OID)}`] : []),
  ];
  return facts.length === 0 ? '' : `  (${facts.join('; ')})`;
}

/** `refs/heads/main, refs/heads/next and 3 more, since a1b2c3d4e5`; without refs: `a1b2c3d4e5 to b2c3d4e5f6`. */
function lifetimeOf({refs, refsTotal, first, last, commit}: FoundVersion): string {
  const short = (oid: string | null) => oid?.slice(0, SHORT_OID) ?? '?';
  if (refsTotal === 0) return first === null ? short(commit) : `${short(first)} to ${short(last)}`;
  const shown = refs.slice(0, REFS_SHOWN).map((ref) => escapeText(ref));
  const more = refsTotal > shown.length ? ` and ${refsTotal - shown.length} more` : '';
  return `${shown.join(', ')}${more}${first === null ? '' : `, since ${short(first)}`}`;
}

function summaryOf(answer: SearchAnswer | EverythingAnswer): string {
  const {total, hits, tookMs} = answer;
  const what = 'revisions' in answer ? 'file' : 'version';
  const names =
    'revisions' in answer ? answer.revisions.map(({ref, commit}) => escapeText(ref ?? commit)) : [];
  const where = names.length === 0 ? 'all history' : names.join(', ');
  const shown = hits.length < total ? `, ${hits.length} shown (--limit)` : '';
  return `${total} ${total === 1 ? what : `${what}s`} in ${where}${shown}, ${tookMs} ms`;
}
