import {existsSync} from 'node:fs';
import {planReindex, type ReindexReason} from '../../domain/build-settings.ts';
import type {RefSummary} from '../../domain/ref.ts';
import type {RunningWork} from '../../domain/running-work.ts';
import {type HandlerStatus, readHandlers} from '../../events/handler-queue.ts';
import {readHookState} from '../../git/hook.ts';
import {openQueue} from '../../queue/notes.ts';
import type {CollectionReader} from '../../store/ports/collections.ts';
import {buildSettingsOf} from '../../sync/claim-repository.ts';
import {isOddFailuresFile, readFailures, withoutEntry} from '../../sync/failures.ts';
import {isHeadLost, type Observation, observe} from '../../sync/observe.ts';
import type {Failure} from '../../sync/sync-progress.ts';
import type {CtrError} from '../../util/ctr-error.ts';
import type {AppContext} from '../context.ts';
import {eventHandlers} from '../event-delivery.ts';
import {readRunningWork} from '../locked/work-file.ts';
import {type AccessProblem, findAccessProblems} from '../ownership/local-access.ts';
import {readStores, type StoreStatus} from '../stores/read-stores.ts';
import {openConfirmedIndex} from '../stores/with-stores.ts';
import {readLastError} from '../worker/worker-log.ts';
import {localFiles} from '../workspace/local-files.ts';
import {type RepositoryWorkspace, syncSettings} from '../workspace/open-workspace.ts';
import {type HookHealth, readHookHealth} from './hook-health.ts';

/**
 * The kinds of problems.
 * - behind: the index does not show what Git has
 * - failures: something could not be read, and is missing in the index
 * - events: a handler fails
 * - hook: pushes are not noticed, although ctr is to notice them
 * - access: some users may push but not index
 * - store: the settings name another store than the one that was confirmed, so nothing is synced
 */
export type StatusProblem = 'behind' | 'failures' | 'events' | 'hook' | 'access' | 'store';

/** A ref on both sides. */
export interface RefStatus {
  readonly name: string;
  /** The oid of the ref in Git, and in the index; null if there is none. */
  readonly git: string | null;
  readonly index: string | null;
  /** `skipped`: it leads to no commit; `failed`: its history cannot be read. */
  readonly state: 'current' | 'behind' | 'missing' | 'deleted' | 'skipped' | 'failed';
}

export interface Status {
  readonly repo: string;
  readonly name: string;
  readonly upToDate: boolean;
  /** Full name of the branch that HEAD names, in Git and for readers of the index; null where it names none. */
  readonly head: {readonly git: string | null; readonly index: string | null};
  readonly isHeadBehind: boolean;
  /** True if HEAD names no indexed ref, although there are some: readers must name one. */
  readonly isHeadLost: boolean;
  /** True if the repository was deepened or cut since histories were indexed (`git fetch --unshallow`, `--depth`). */
  readonly isHistoryBehind: boolean;
  readonly refs: readonly RefStatus[];
  /** The commands that work on the index now; while there are some, being behind is no problem. */
  readonly running: readonly RunningWork[];
  readonly queue: {readonly notes: number};
  readonly hook: HookHealth['hook'];
  readonly hookProblem: HookHealth['hookProblem'];
  /** Why the last worker failed; null where it did not. */
  readonly workerError: string | null;
  /** Why pushes of some users are not indexed: files of ctr that they cannot use. */
  readonly access: readonly AccessProblem[];
  readonly engine: string;
  readonly failures: readonly Failure[];
  /** Local files of another shape than ctr writes: they are not used, and the next sync writes them again. */
  readonly oddFiles: readonly string[];
  /** Settings that have changed since documents were derived; empty: a reindex would change nothing. */
  readonly reindexDue: readonly ReindexReason[];
  readonly events: readonly HandlerStatus[];
  /** Null where nothing was ever indexed. */
  readonly stores: StoreStatus | null;
  /** Empty: all is as it should be. */
  readonly problems: readonly StatusProblem[];
  /** Where the worker and the handlers say what went wrong, as far as they have said anything. */
  readonly logs: readonly string[];
}

/**
 * Git and the index side by side, and what waits or went wrong. Changes nothing. `startsLauncher`: whether to start what
 * the hook starts, which takes as long as any start of ctr.
 */
export async function readStatus(
  workspace: RepositoryWorkspace,
  {now}: Pick<AppContext, 'now'>,
  {startsLauncher = true} = {},
): Promise<Status> {
  const {repository, gitDir, name} = workspace;
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  const failures = readFailures(files.failures).map(withoutEntry);
  await using store = await openConfirmedIndex(workspace);
  const observation = await observe(repository, store, settings);
  const loss = await findLoss(store, settings.repo);
  if (loss) throw loss;
  const {record, isBoundaryMoved} = observation;
  const isHeadBehind = record !== undefined && record.head !== observation.head;
  const hook = startsLauncher
    ? await readHookHealth(repository)
    : {hook: (await readHookState(repository)).kind, hookProblem: null};
  const status = {
    repo: gitDir,
    name,
    upToDate: observation.moves.length === 0 && !isBoundaryMoved && !isHeadBehind,
    isHeadBehind,
    isHeadLost: isHeadLost(observation),
    head: {git: observation.head ?? null, index: record?.head ?? null},
    isHistoryBehind: isBoundaryMoved,
    refs: compareRefs(observation, failures),
    running: readRunningWork(workspace, now()),
    queue: {notes: await openQueue(files.queue).countNotes()},
    ...hook,
    workerError: (await readLastError(files.workerLog)) ?? null,
    access: await findAccessProblems(workspace),
    engine: store.engine,
    failures,
    oddFiles: [files.failures].filter(isOddFailuresFile),
    reindexDue: planReindex(record?.builtWith ?? [], buildSettingsOf(settings)),
    events: readHandlers(files.events, eventHandlers(workspace)),
    stores: readStores(workspace),
    logs: [files.workerLog, files.eventsLog].filter(existsSync),
  };
  return {...status, problems: findProblems(status)};
}

function findProblems({
  upToDate,
  failures,
  events,
  hook,
  access,
  stores,
}: Omit<Status, 'problems'>): StatusProblem[] {
  const found: readonly [StatusProblem, boolean][] = [
    ['behind', !upToDate],
    ['failures', failures.length > 0],
    ['events', events.some(({lastError}) => lastError !== null)],
    // `absent`: it was taken out on purpose, unless an install was interrupted before it confirmed a store.
    ['hook', hook !== 'installed' && (hook !== 'absent' || stores === null)],
    ['access', access.length > 0],
    ['store', stores !== null && stores.unconfirmed !== null],
  ];
  return found.flatMap(([problem, isSo]) => (isSo ? problem : []));
}

async function findLoss(store: CollectionReader, repo: string): Promise<CtrError | undefined> {
  return (await store.hasCollections()) ? store.findLoss(repo) : undefined;
}

function compareRefs({wanted, indexed}: Observation, failures: readonly Failure[]): RefStatus[] {
  const failed = new Set(failures.filter(({kind}) => kind === 'ref').map(({name}) => name));
  const present = [...indexed.values()].filter(({state}) => state !== 'deleted').map(({name}) => name);
  const names = [...new Set([...wanted.keys(), ...present])].sort();
  return names.map((name) => {
    const git = wanted.get(name) ?? null;
    const ref = indexed.get(name);
    const index = ref === undefined || ref.state === 'deleted' ? null : ref.target;
    return {name, git, index, state: failed.has(name) ? 'failed' : stateOf(git, index, ref)};
  });
}

function stateOf(git: string | null, index: string | null, ref: RefSummary | undefined): RefStatus['state'] {
  if (git === null) return 'deleted';
  if (index === null) return 'missing';
  if (git !== index) return 'behind';
  return ref?.state === 'skipped' ? 'skipped' : 'current';
}
