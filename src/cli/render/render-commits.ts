import type {Facet} from '../../domain/facets.ts';
import {unknownFilterWords} from '../../domain/query/unknown-filters.ts';
import type {LoggedCommit} from '../../read/read-log.ts';
import type {CommitsAnswer} from '../../read/search-commits.ts';
import {escapeText} from '../../util/escape-text.ts';
import type {Output} from './output.ts';

const SHORT_OID = 10;

/** One line about a commit. */
export function commitLine({oid, author, subject}: LoggedCommit): string {
  return `${oid.slice(0, SHORT_OID)} ${author.date.slice(0, author.date.indexOf('T'))} ${escapeText(author.name)}: ${escapeText(subject)}`;
}

/** Says which versions of files `-S` could not compare. */
export function noteNotCompared(notSearchable: Facet, output: Output): void {
  if (notSearchable.length === 0) return;
  const counts = notSearchable.map(({value, count}) => `${count} ${value}`).join(', ');
  output.note(`Not compared, since their text is not in the index: ${counts}.`);
}

/** Each commit, newest first; at the end where they are from, and what is not among them. */
export function renderCommits(answer: CommitsAnswer, output: Output): void {
  const {commits, revisions, nextCursor, tookMs} = answer;
  for (const commit of commits) output.line(commitLine(commit));
  const where = revisions.map(({ref, commit}) => escapeText(ref ?? commit)).join(', ') || 'all history';
  const more = nextCursor === null ? '' : ', there are more (--limit)';
  output.note(
    `${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} in ${where}${more}, ${tookMs} ms`,
  );
  for (const unknown of answer.unknownFilters) output.note(unknownFilterWords(unknown));
  for (const note of answer.notes) output.note(note);
  noteNotCompared(answer.notSearchable, output);
}
