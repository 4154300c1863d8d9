import type {SiteRepository} from '../../../app/site/site.ts';
import {workWords} from '../../../domain/work-words.ts';
import {resolveRevision} from '../../../read/resolve-revision.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import type {AppOptions} from '../../app-options.ts';
import {FirstImportError, withImported} from '../../first-import.ts';
import {toProblem} from '../../problem.ts';
import {type Html, html, shortOid, shortRef, showDate, showLine, showName} from '../html.ts';
import {hrefOf, type Page, rootOf} from '../page-request.ts';
import {notice} from '../parts.ts';

const DETAILED_MAX = 100;

/** Every repository of the site, with what its default branch shows. */
export async function repositoriesPage(options: AppOptions): Promise<Page> {
  const repositories = await options.site.listRepositories();
  const items = await Promise.all(
    repositories.map(async (repository, at) =>
      item(options, repository, at < DETAILED_MAX ? await stateOf(repository, options.now()) : html``),
    ),
  );
  return {
    title: 'Repositories',
    body: html`<h1>Repositories</h1>
${items.length === 0 ? notice('There is no repository here yet.') : html`<ul class="repositories">${items}</ul>`}`,
  };
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
