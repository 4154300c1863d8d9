import type {RepositoryRecord} from '../domain/repository.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import type {ObjectStore} from '../store/ports/object-store.ts';
import {openSnapshotReader, type SnapshotReader} from '../store/snapshot-reader.ts';
import {CtrError} from '../util/ctr-error.ts';

/** Everything that answers readers of one repository: the two stores, and never Git. */
export interface Reader {
  readonly store: IndexReader;
  /** Opened when the first object is read: most questions need none. */
  readonly openObjects: () => Promise<ObjectStore>;
  readonly repository: RepositoryRecord;
  readonly snapshots: SnapshotReader;
}

/**
 * A reader of the repository `id`, or of the one called `name`, or of the only one in the index.
 * @throws CONFIG when there is none, or when there are several and none was named.
 */
export async function openReader(
  {store, openObjects}: Pick<Reader, 'store' | 'openObjects'>,
  {id, name}: {id?: string | undefined; name?: string | undefined},
): Promise<Reader> {
  const all = await store.listRepositories();
  const named = all.filter((record) =>
    id !== undefined ? record.id === id : name === undefined || record.name === name,
  );
  const [repository, ...others] = named;
  if (all.length === 0) await assertNothingLost(store, id ?? '');
  if (!repository) throw nothingIndexed(all);
  if (others.length > 0) throw severalRepositories(all);
  return {store, openObjects, repository, snapshots: openSnapshotReader(store, repository.id)};
}

/** @throws INDEX_UNUSABLE where the repositories are lost, and not only none was ever indexed. */
async function assertNothingLost(store: IndexReader, repo: string): Promise<void> {
  const loss = (await store.hasCollections()) ? await store.findLoss(repo) : undefined;
  if (loss) throw loss;
}

function nothingIndexed(all: readonly RepositoryRecord[]): CtrError {
  if (all.length > 0) return severalRepositories(all);
  return new CtrError('CONFIG', 'nothing is indexed here yet', {
    hint: 'Run `ctr install` on the repository first, or set ctr.index.url and ctr.index.name (CTR_INDEX_URL, CTR_INDEX_NAME).',
  });
}

function severalRepositories(all: readonly RepositoryRecord[]): CtrError {
  return new CtrError(
    'CONFIG',
    `the index holds ${all.map(({name}) => name).join(', ')}, and not what was asked for`,
    {
      hint: 'Say which one with --name or ctr.name.',
    },
  );
}
