import {EMPTY_BITMAP} from '../domain/bitmap.ts';
import type {RefMove} from '../domain/plan.ts';
import {type RefRecord, refKindOf} from '../domain/ref.ts';
import type {PeeledTarget} from '../git/refs.ts';
import type {IndexStore, Version} from '../store/index-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import {matchesRefs, type Observation} from './observe.ts';
import type {SyncSettings} from './settings.ts';

const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_REFS = 500;

/** What a ref shows after its move. */
export interface TipContent {
  readonly commit: string;
  readonly entryCount: number;
  readonly snapshot: Uint8Array;
  readonly history: Uint8Array;
}

/** Where a move leads: to a commit that is stored, or to something that is none. */
export type Destination = PeeledTarget;

/**
 * The refs are moved afterwards, each by one atomic write: created and moved ones first, then tombstones. Everything
 * they show must be stored and visible before. Returns how many were written.
 * @throws CONFLICT when another sync moved one of them meanwhile (the others are moved).
 */
export async function applyRefMoves(
  {store, repo, now}: {store: IndexStore; repo: string; now: () => Date},
  {indexed}: Observation,
  moves: readonly {readonly move: RefMove; readonly destination: Destination | undefined}[],
  contentOf: (commit: string) => Promise<TipContent>,
): Promise<number> {
  let batch: {record: RefRecord; expected: Version | undefined}[] = [];
  let bytes = 0;
  const lost: string[] = [];
  const flush = async () => {
    if (batch.length > 0) lost.push(...(await store.putRefs(batch)));
    batch = [];
    bytes = 0;
  };
  for (const {move, destination} of moves) {
    const record = await recordOf(move, destination, {repo, indexedAt: now().toISOString()}, contentOf);
    batch.push({record, expected: indexed.get(move.name)?.version});
    bytes += record.snapshot.length + record.history.length;
    if (bytes >= BATCH_BYTES || batch.length >= BATCH_REFS) await flush();
  }
  await flush();
  if (lost.length > 0) throw conflict(lost);
  return moves.length;
}

async function recordOf(
  move: RefMove,
  destination: Destination | undefined,
  {repo, indexedAt}: {repo: string; indexedAt: string},
  contentOf: (commit: string) => Promise<TipContent>,
): Promise<RefRecord> {
  const common = {repo, name: move.name, kind: refKindOf(move.name), indexedAt};
  const empty = {entryCount: 0, snapshot: EMPTY_BITMAP, history: EMPTY_BITMAP};
  if (move.kind === 'delete' || !destination) return {...common, ...empty, state: 'deleted', target: ''};
  if ('reason' in destination) {
    return {...common, ...empty, state: 'skipped', target: move.to, reason: destination.reason};
  }
  return {...common, ...(await contentOf(destination.commit)), state: 'live', target: move.to};
}

function conflict(names: readonly string[]): CtrError {
  return new CtrError('CONFLICT', `another sync moved ${names.length === 1 ? names[0] : `${names.length} refs`} at the same time`, {
    hint: 'Run `ctr sync` again.',
    data: {refs: names.slice(0, 20)},
  });
}

/** The default branch and what `ctr.publish` names are available to clients that know nothing of ctr. */
export async function publishChosenRefs(
  store: IndexStore,
  settings: Pick<SyncSettings, 'repo' | 'publish'>,
  {head, wanted}: Observation,
  moves: readonly RefMove[],
): Promise<void> {
  const isChosen = settings.publish.length > 0 ? matchesRefs(settings.publish) : () => false;
  const isPublished = (name: string) => name === head || isChosen(name);
  if (!moves.some(({name}) => isPublished(name))) return;
  const names = [...wanted.keys()].filter(isPublished);
  const records = await store.readRefs(settings.repo, names);
  await store.publishRefs(
    [...records.values()].filter(({state}) => state === 'live'),
    settings.repo,
  );
}
