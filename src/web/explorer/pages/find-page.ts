import {findPaths, listPaths, type PathList} from '../../../read/find-paths.ts';
import {formatCount} from '../../../util/format.ts';
import {html, showBreakable} from '../html.ts';
import {cached, hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';

const SHOWN_MAX = 100;
/** A path in Git has at most as many bytes on most systems. */
const TYPED_MAX_CHARS = 4096;

/** Files by a part of their path, by some of its letters, or by a pattern. The finder of the page asks it, too. */
export async function findPage(request: PlaceRequest): Promise<Page> {
  const typed = (request.query.get('name') ?? '').slice(0, TYPED_MAX_CHARS);
  const list = await pathsOf(request);
  const {paths, total} = findPaths(list, {typed, limit: SHOWN_MAX});
  return {
    title: 'Find a file',
    body: html`<h1>Find a file</h1>
<form class="find-file"><label>A part of its path, letters of it, or a pattern such as <code>*.md</code> <input name="name" value="${typed}" maxlength="${TYPED_MAX_CHARS}" autocomplete="off" spellcheck="false"></label><button>Find</button></form>
<p class="dim" role="status" data-count>${countOf(paths.length, total)}</p>
<ul class="paths" data-choices>${paths.map((path) => html`<li><a href="${hrefAt(request, {view: 'file', path})}">${showBreakable(path)}</a></li>`)}</ul>
${list.isComplete ? '' : notice(`Only the first ${formatCount(list.paths.length)} files of this revision are looked at.`)}`,
  };
}

function countOf(shown: number, total: number | undefined): string {
  if (total === undefined) return 'This pattern takes too long: give more letters, and fewer stars.';
  const all = `${formatCount(total)} ${total === 1 ? 'file' : 'files'}`;
  return total > shown ? `${all}, the first ${shown} shown` : all;
}

/** The same for all that is typed, so that a walk over the files is made once. */
function pathsOf(request: PlaceRequest): Promise<PathList> {
  return cached(request, ['paths', request.revision.commit], {
    compute: () => request.gate.pass(() => listPaths(request.reader, request.revision)),
    weigh: ({sizeBytes}) => sizeBytes,
  });
}
