import type {CommitQuery} from '../../../domain/query/commit-query.ts';
import {searchCommits} from '../../../read/search-commits.ts';
import {type Html, html, NOTHING, showLine} from '../html.ts';
import {hrefAt, type PlaceRequest} from '../page-request.ts';
import {commitItem, notCompared, notice} from '../parts.ts';
import {EVERYTHING, limitOf} from './search-hit.ts';

/** The value of the parameter `type` that asks for commits. */
export const COMMITS = 'commits';

/** The commits that match, newest first. */
export async function commitList(
  request: PlaceRequest,
  {text, query}: {readonly text: string; readonly query: CommitQuery},
): Promise<Html> {
  const where = request.query.get('in') ?? undefined;
  const answer = await searchCommits(request.reader, {
    query,
    refs: [request.revision],
    isEverywhere: where === EVERYTHING,
    limit: limitOf(request),
    cursor: request.query.get('cursor') ?? undefined,
    now: () => performance.now(),
  });
  const {commits, nextCursor, notes, tookMs, notSearchable} = answer;
  const items = commits.map((commit) =>
    commitItem(request, {...commit, date: commit.author.date}, query.path),
  );
  const older = {q: text, type: COMMITS, in: where, cursor: nextCursor ?? undefined};
  return html`<p class="dim" role="status">${commits.length} ${commits.length === 1 ? 'commit' : 'commits'}${nextCursor === null ? '' : ', and older ones'} (${tookMs} ms)</p>
${notes.map((note) => notice(showLine(note)))}${notCompared(notSearchable)}
${items.length === 0 ? notice('No commit matches.') : html`<ul class="commits">${items}</ul>`}
${nextCursor === null ? NOTHING : html`<p class="pages"><a href="${hrefAt(request, {view: 'search'}, older)}" rel="next">Older commits</a></p>`}`;
}
