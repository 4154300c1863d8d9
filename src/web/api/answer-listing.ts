import {z} from 'zod';
import type {Site, SiteRepository} from '../../app/site/site.ts';
import {browseRefs} from '../../read/browse-refs.ts';
import {listInsteadOfHead} from '../../read/lost-head.ts';
import type {Reader} from '../../read/open-reader.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {FirstImportError, withImported} from '../first-import.ts';
import type {ReadGitTargets} from '../git-targets.ts';
import {limitParameter, REF, REPOSITORY} from './schemas.ts';
import {importProgressOf, lagOf} from './shown.ts';

/** Lists of names are paged by the last one: they belong to no commit that could be pinned. */
const NEXT_AFTER = z.string().nullable().meta({description: 'For `after`; null on the last page'});

export const REPOSITORIES_QUERY = z.strictObject({
  limit: limitParameter({max: 1000, usual: 100}),
  after: z.string().max(4096).optional(),
});
export const REPOSITORIES_ANSWER = z.strictObject({repositories: z.array(REPOSITORY), nextAfter: NEXT_AFTER});

export const REFS_QUERY = z.strictObject({
  kind: z.enum(['branch', 'tag', 'other']).optional(),
  filter: z
    .string()
    .max(1024)
    .optional()
    .meta({description: 'Only refs whose short names hold this, or full names where it begins with `refs/`'}),
  order: z.enum(['name', 'newest']).default('name').meta({
    description:
      "`newest`: HEAD's branch, the other branches, tags, other refs; tags by their versions, the others by the dates of their commits",
  }),
  limit: limitParameter({max: 10_000, usual: 1000}),
  after: z.string().max(4096).optional(),
});
export const REFS_ANSWER = z.strictObject({
  head: z.string().nullable(),
  total: z.int().meta({description: 'How many fit, on all pages'}),
  refs: z.array(REF),
  nextAfter: NEXT_AFTER,
});

/** The repositories that the server shows, sorted by name. */
export async function answerRepositories(
  site: Site,
  {limit, after}: z.output<typeof REPOSITORIES_QUERY>,
  readTargets: ReadGitTargets,
): Promise<z.output<typeof REPOSITORIES_ANSWER>> {
  const page = pageAfter(await site.listRepositories(), {limit, after});
  const repositories = await Promise.all(page.items.map((one) => describeRepository(one, readTargets)));
  return {repositories, nextAfter: page.nextAfter};
}

async function describeRepository(
  repository: SiteRepository,
  readTargets: ReadGitTargets,
): Promise<z.output<typeof REPOSITORY>> {
  const {name} = repository;
  try {
    return await withImported(repository, async (reader) => {
      const {head, objectFormat} = reader.repository;
      const state = await stateOf(repository, reader, readTargets);
      return {name, state, importing: null, head: head ?? null, objectFormat};
    });
  } catch (error) {
    const nothing = {name, importing: null, head: null, objectFormat: null};
    if (error instanceof FirstImportError)
      return {...nothing, state: 'importing', importing: importProgressOf(error.work)};
    // One that cannot be read hides no other.
    if (!(error instanceof CtrError)) throw error;
    return {...nothing, state: error.code === 'CONFIG' ? 'unindexed' : 'unavailable'};
  }
}

/** The state of a repository: readable, without pushes, or not indexed. */
async function stateOf(
  repository: SiteRepository,
  reader: Reader,
  readTargets: ReadGitTargets,
): Promise<z.output<typeof REPOSITORY>['state']> {
  if ((await listInsteadOfHead(reader)).length > 0) return 'indexed';
  const targets = await readTargets(repository, reader.repository);
  return targets?.size === 0 ? 'empty' : 'unindexed';
}

/** The refs that the index has, a page at a time. */
export async function answerRefs(
  repository: SiteRepository,
  wanted: z.output<typeof REFS_QUERY>,
  readTargets: ReadGitTargets,
): Promise<z.output<typeof REFS_ANSWER>> {
  return withImported(repository, async (reader) => {
    const [page, targets] = await Promise.all([
      browseRefs(reader, wanted),
      readTargets(repository, reader.repository),
    ]);
    const refs = page.refs.map((ref) => ({...ref, lag: lagOf(ref, targets)}));
    const {total, nextAfter = null} = page;
    return {head: reader.repository.head ?? null, total, refs, nextAfter};
  });
}

function pageAfter<T extends {readonly name: string}>(
  items: readonly T[],
  {limit, after}: {limit: number; after?: string | undefined},
): {items: readonly T[]; nextAfter: string | null} {
  const start = after === undefined ? 0 : items.findIndex(({name}) => name > after);
  const rest = start < 0 ? [] : items.slice(start);
  const page = rest.slice(0, limit);
  return {items: page, nextAfter: page.length < rest.length ? page.at(-1)!.name : null};
}
