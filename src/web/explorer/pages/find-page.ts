import {pathPatternToRegExp} from '../../../domain/path-pattern.ts';
import {html, showBreakable} from '../html.ts';
import {cached, hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';

const PATHS_MAX = 100_000;
const SHOWN_MAX = 200;
const PATTERN_MAX_CHARS = 256;

/** Files by a part of their path. */
export async function findPage(request: PlaceRequest): Promise<Page> {
  const wanted = (request.query.get('name') ?? '').trim().slice(0, PATTERN_MAX_CHARS);
  const paths = await listPaths(request);
  const fits = wanted === '' ? undefined : pathPatternToRegExp(wanted);
  const found = fits ? paths.filter((path) => fits.test(path)) : paths;
  const shown = found.slice(0, SHOWN_MAX);
  const left = found.length - shown.length;
  return {
    title: 'Find a file',
    body: html`<h1>Find a file</h1>
<form class="find-file"><label>A part of its path, or a pattern such as <code>*.md</code> <input name="name" value="${wanted}" maxlength="${PATTERN_MAX_CHARS}" autocomplete="off" spellcheck="false"></label><button>Find</button></form>
<p class="dim" role="status">${found.length} ${found.length === 1 ? 'file' : 'files'}</p>
<ul class="paths">${shown.map((path) => html`<li><a href="${hrefAt(request, {view: 'file', path})}">${showBreakable(path)}</a></li>`)}</ul>
${left > 0 ? notice(`${left} more fit.`) : ''}`,
  };
}

/** All paths as JSON, for the finder of the page. */
export async function respondPaths(request: PlaceRequest): Promise<string> {
  return JSON.stringify({paths: await listPaths(request)});
}

/** Sorted, at most 100,000. */
async function listPaths(request: PlaceRequest): Promise<string[]> {
  return cached(request, ['paths', request.revision.commit], {
    compute: () => request.gate.pass(() => readPaths(request)),
    weigh: (paths) => paths.reduce((sum, path) => sum + 2 * path.length + 20, 0),
  });
}

async function readPaths({reader, revision}: PlaceRequest): Promise<string[]> {
  const paths: string[] = [];
  for await (const batch of reader.store.scanEntries({snapshot: revision.snapshot})) {
    for (const {path} of batch) paths.push(path);
    if (paths.length >= PATHS_MAX) break;
  }
  return paths.slice(0, PATHS_MAX).sort();
}
