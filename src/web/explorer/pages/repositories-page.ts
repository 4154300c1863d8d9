import {type RepositoryAnswer, type SiteAnswer, searchSite} from '../../../app/site/search-site.ts';
import type {SiteRepository} from '../../../app/site/site.ts';
import {parseQuery} from '../../../domain/query/parse-query.ts';
import {unknownFilterWords} from '../../../domain/query/unknown-filters.ts';
import {workWords} from '../../../domain/work-words.ts';
import {resolveRevision} from '../../../read/resolve-revision.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {formatCount} from '../../../util/format.ts';
import type {AppOptions} from '../../app-options.ts';
import {FirstImportError, withImported} from '../../first-import.ts';
import type {Gate} from '../../gate.ts';
import {toProblem} from '../../problem.ts';
import {type Html, html, shortOid, shortRef, showDate, showLine, showName} from '../html.ts';
import {hrefOf, type Page, rootOf} from '../page-request.ts';
import {notice} from '../parts.ts';
import {fileHit} from './search-hit.ts';

const DETAILED_MAX = 100;

/** Every repository of the site, with its default branch; with the parameter `q`, what is found in all of them. */
export async function repositoriesPage(
  options: AppOptions,
  {query, gate}: {query: URLSearchParams; gate: Gate},
): Promise<Page> {
  const text = (query.get('q') ?? '').trim();
  const repositories = await options.site.listRepositories();
  const items = await Promise.all(
    repositories.map(async (repository, at) =>
      item(options, repository, at < DETAILED_MAX ? await stateOf(repository, options.now()) : html``),
    ),
  );
  const {status, results} = await searchResults(options, {text, gate});
  return {
    title: text === '' ? 'Repositories' : `${showLine(text.slice(0, 100))} · Search`,
    status,
    body: html`<h1>Repositories</h1>
${items.length === 0 ? '' : searchForm(text)}
${results}
${items.length === 0 ? notice('There is no repository here yet.') : html`<ul class="repositories">${items}</ul>`}`,
  };
}

function searchForm(text: string): Html {
  return html`<form class="search" role="search" aria-label="Search all repositories"><label class="away" for="query">Words, phrases and filters</label>
<input type="search" id="query" name="q" value="${text}" maxlength="4096" autocomplete="off" spellcheck="false" placeholder="Search all repositories">
<button>Search</button></form>`;
}

const HITS_MAX = 5;

async function searchResults(
  options: AppOptions,
  {text, gate}: {text: string; gate: Gate},
): Promise<{status: 200 | 400; results: Html}> {
  if (text === '') return {status: 200, results: html``};
  try {
    const asked = {query: parseQuery(text), limit: HITS_MAX, now: () => performance.now()};
    const answer = await gate.pass(() => searchSite(options.site, asked));
    return {status: 200, results: showAnswer(options, answer, text)};
  } catch (error) {
    if (!(error instanceof CtrError && error.code === 'QUERY')) throw error;
    const said = `${error.message}. ${error.hint ?? ''}`;
    return {status: 400, results: html`<p class="notice bad" role="alert">${showLine(said)}</p>`};
  }
}

function showAnswer(options: AppOptions, answer: SiteAnswer, text: string): Html {
  const {total, searched, tookMs, repositories, unanswered, unknownFilters} = answer;
  const notes = [...unknownFilters.map(unknownFilterWords), ...answer.notes];
  const silent = unanswered.map(({repository, reason}) => `${repository} did not answer: ${reason}`);
  return html`<p class="dim" role="status">${formatCount(total)} ${total === 1 ? 'file' : 'files'} in ${formatCount(searched)} ${searched === 1 ? 'repository' : 'repositories'} (${tookMs} ms)</p>
${[...notes, ...silent].map((note) => notice(showLine(note)))}
${repositories.map((found) => repositoryHits(options, found, text))}`;
}

function repositoryHits(
  options: AppOptions,
  {repository, total, hits}: RepositoryAnswer,
  text: string,
): Html {
  const place = rootOf(repository);
  const all = hrefOf(options, {...place, view: 'search'}, {q: text});
  const shown = hits.map((hit) => {
    const revision = {family: 'revision', name: hit.commit} as const;
    return fileHit(hit, {href: hrefOf(options, {...place, revision, view: 'file', path: hit.path})});
  });
  const more =
    total > hits.length
      ? html`<p class="pages"><a href="${all}">All ${formatCount(total)} files</a></p>`
      : '';
  return html`<h2><a href="${all}">${showName(repository)}</a></h2>
${shown}${more}`;
}

function item(options: AppOptions, {name}: SiteRepository, state: Html): Html {
  return html`<li><a href="${hrefOf(options, rootOf(name))}">${showName(name)}</a> <span class="dim">${state}</span></li>
`;
}

/** One repository that cannot be read does not hide the others. */
async function stateOf(repository: SiteRepository, now: Date): Promise<Html> {
  try {
    return await withImported(repository, async (reader) => {
      const {ref, commit, indexedAt} = await resolveRevision(reader);
      return html`${showName(shortRef(ref ?? ''))} at <code>${shortOid(commit)}</code>, indexed ${indexedAt === undefined ? '' : showDate(indexedAt, now)}`;
    });
  } catch (error) {
    if (error instanceof FirstImportError)
      return html`${['being imported', ...workWords(error.work)].join(', ')}`;
    if (!(error instanceof CtrError)) throw error;
    return html`${showLine(toProblem(error).message)}`;
  }
}
