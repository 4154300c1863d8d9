import {EMPTY_BITMAP} from '../domain/bitmap.ts';
import {matchesRefs} from '../domain/match-refs.ts';
import {type RefRecord, refKindOf} from '../domain/ref.ts';
import type {IndexStore} from '../store/ports/index-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Observation} from './observe.ts';
import {BATCH_REFS, commitOf, type RoutedMove, type TipContent} from './routed-move.ts';
import type {SyncSettings} from './sync-settings.ts';

/**
 * Moves the refs, each by one atomic write: first created and moved ones, then tombstones. Everything that they show must
 * be stored and visible before. Returns the names of the written refs.
 * @throws CONFLICT if another sync has moved one of them at the same time (the others are moved).
 */
export async function applyRefMoves(
  {store, repo, now}: {store: IndexStore; repo: string; now: () => Date},
  {indexed}: Observation,
  moves: readonly RoutedMove[],
  {
    readContents,
    beforeWrite,
  }: {
    readContents: (moves: readonly RoutedMove[]) => Promise<ReadonlyMap<string, TipContent>>;
    /** Called with the next documents of the refs before they are written. */
    beforeWrite: (next: readonly RefRecord[]) => Promise<void>;
  },
): Promise<string[]> {
  const lost: string[] = [];
  const written: string[] = [];
  for (let at = 0; at < moves.length; at += BATCH_REFS) {
    const batch = moves.slice(at, at + BATCH_REFS);
    const contents = await readContents(batch);
    const ready = batch.filter(({destination}) => {
      const commit = commitOf(destination);
      return commit === undefined || contents.has(commit);
    });
    const indexedAt = now().toISOString();
    const writes = ready.map((move) => ({
      record: recordOf(move, {repo, indexedAt}, contents),
      expected: indexed.get(move.move.name)?.version,
    }));
    await beforeWrite(writes.map(({record}) => record));
    lost.push(...(await store.putRefs(writes)));
    written.push(...writes.map(({record}) => record.name));
  }
  if (lost.length > 0) throw conflict(lost);
  return written;
}

function recordOf(
  {move, destination}: RoutedMove,
  {repo, indexedAt}: {repo: string; indexedAt: string},
  contents: ReadonlyMap<string, TipContent>,
): RefRecord {
  const common = {repo, name: move.name, kind: refKindOf(move.name), indexedAt};
  const empty = {entryCount: 0, snapshot: EMPTY_BITMAP, history: EMPTY_BITMAP};
  if (move.kind === 'delete' || !destination) return {...common, ...empty, state: 'deleted', target: ''};
  if ('reason' in destination) {
    return {...common, ...empty, state: 'skipped', target: move.to, reason: destination.reason};
  }
  return {...common, ...contents.get(destination.commit)!, state: 'live', target: move.to};
}

function conflict(names: readonly string[]): CtrError {
  return new CtrError(
    'CONFLICT',
    `another sync moved ${names.length === 1 ? names[0] : `${names.length} refs`} at the same time`,
    {
      hint: 'Run `ctr sync` again.',
      data: {refs: names.slice(0, 20)},
    },
  );
}

/**
 * Publishes the default branch and the refs of `ctr.publish` as aliases for clients without ctr, and no others. It runs in
 * every sync, with or without moves: an earlier run may have died before it, and HEAD or the setting may have changed.
 */
export async function publishChosenRefs(
  store: IndexStore,
  {repo, publish}: Pick<SyncSettings, 'repo' | 'publish'>,
  {head, wanted}: Observation,
): Promise<void> {
  const names = publishedNames({publish}, {head, wanted});
  const records = await store.readRefs(repo, names);
  const live = [...records.values()].filter(({state}) => state === 'live');
  await store.publishRefs(live, repo);
}

/** The refs to publish: HEAD's branch, and those that `ctr.publish` names. */
export function publishedNames(
  {publish}: Pick<SyncSettings, 'publish'>,
  {head, wanted}: Pick<Observation, 'head' | 'wanted'>,
): string[] {
  const isChosen = publish.length > 0 ? matchesRefs(publish) : () => false;
  return [...wanted.keys()].filter((name) => name === head || isChosen(name));
}
