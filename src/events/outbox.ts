import {copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {documentId} from '../domain/document-id.ts';
import type {RefEvent} from '../domain/ref-event.ts';
import {putDirectory, putJsonFile, readJsonFile, syncDirectory, withFileErrors} from '../util/json-file.ts';
import {killPoint} from '../util/kill-point.ts';
import type {Handler} from './handler.ts';

/** An event whose move is about to be made. */
export interface PreparedEvent {
  /** The target in the ref's document after the move (`RefSummary.target`): empty for a deletion. */
  readonly target: string;
  readonly event: RefEvent;
}

/** The event on disk. */
interface FiledEvent extends PreparedEvent {
  /** Ids of the handlers that get it: those of the run that moved the ref, even if another run settles. */
  readonly handlers: readonly string[];
}

const EVENT = {id: 'string', ref: 'string', change: 'string'} as const;
/** The members of an event on disk that ctr needs: the others are for its handlers. */
export const PREPARED = {target: 'string', event: EVENT} as const;
const FILED = {...PREPARED, handlers: {list: 'string'}} as const;

/** The handlers that a run knows. */
export interface KnownHandlers {
  /** They get the moves of this run. */
  readonly handlers: readonly Handler[];
  /** They keep their waiting events, and get events that interrupted runs have prepared for them. */
  readonly configured: readonly Handler[];
}

/**
 * The events of one repository that are not delivered yet, one file each. Writes require the sync's lock.
 *
 * ```
 * prepared/<number>.<lane>.<id>.json        before the ref moves
 *    │ settle: the ref has moved ──► a link in each queue, then gone;  it has not ──► gone
 *    ▼
 * queues/<handler>/<number>.<lane>.<id>.json   until that handler has it
 * ```
 * After a crash before the move, the next sync drops the prepared event; after a crash that follows the move, it delivers the
 * event. A crash within `settle` repeats `settle`: a queue may then get an event twice, before any later one of the same
 * ref. Queues are sorted by number; a lane stands for a ref.
 */
export interface Outbox {
  hasPrepared(): boolean;
  /** The events are on disk afterwards, in this order, also after a power failure. They are in no queue yet. */
  prepare(events: AsyncIterable<PreparedEvent>): Promise<void>;
  /** Moves the events that have happened to the queues of their handlers, and drops all other prepared ones. */
  settle(hasHappened: (prepared: PreparedEvent) => boolean): void;
  /** True if a handler of this run has waiting events. */
  hasWaiting(): boolean;
  /** Deletes the queues of unknown handlers; without any handler, everything. */
  dropOthers(): void;
}

/** The outbox in `directory`, which need not exist: only `prepare` creates it. */
export function openOutbox(directory: string, {handlers, configured}: KnownHandlers): Outbox {
  const prepared = join(directory, 'prepared');
  const told = handlers.map(({id}) => id);
  const known = new Set([...handlers, ...configured].map(({id}) => id));
  let lastNumber: number | undefined;
  const nextName = ({id, ref}: RefEvent) => {
    lastNumber = (lastNumber ?? findLastNumber(directory)) + 1;
    return `${String(lastNumber).padStart(12, '0')}.${documentId(ref)}.${id}.json`;
  };
  return {
    hasPrepared: () => listEvents(prepared).length > 0,
    async prepare(events) {
      let count = 0;
      for await (const event of events) {
        if (count++ === 0) putDirectory(prepared);
        const filed: FiledEvent = {...event, handlers: told};
        putJsonFile(join(prepared, nextName(event.event)), filed, {isDurable: true});
      }
      if (count > 0) syncDirectory(prepared);
    },
    settle: (hasHappened) => withFileErrors(directory, () => settle(directory, known, hasHappened)),
    hasWaiting: () => told.some((id) => listEvents(queueDirectory(directory, id)).length > 0),
    dropOthers() {
      if (known.size === 0) rmSync(directory, {recursive: true, force: true});
      for (const id of listNames(join(directory, 'queues'))) {
        if (!known.has(id)) rmSync(queueDirectory(directory, id), {recursive: true, force: true});
      }
    },
  };
}

/** The directory of one handler's queue. */
export function queueDirectory(directory: string, handlerId: string): string {
  return join(directory, 'queues', handlerId);
}

/** The names of the events in a directory, in their order. A missing directory is empty. */
export function listEvents(directory: string): string[] {
  return listNames(directory)
    .filter((name) => NAME.test(name))
    .sort();
}

/** Equal for two events if and only if they are about the same ref. */
export function laneOf(name: string): string {
  return NAME.exec(name)![2]!;
}

const NAME = /^(\d{12})\.([\w-]{27})\.[\w-]+\.json$/;

function settle(
  directory: string,
  known: ReadonlySet<string>,
  hasHappened: (prepared: PreparedEvent) => boolean,
): void {
  const prepared = join(directory, 'prepared');
  const names = listEvents(prepared);
  const queues = new Set<string>();
  for (const name of names) {
    const event = readJsonFile<FiledEvent>(join(prepared, name), FILED);
    if (!event || !hasHappened(event)) continue;
    for (const id of event.handlers.filter((handler) => known.has(handler))) {
      const queue = queueDirectory(directory, id);
      if (!queues.has(queue)) putDirectory(queue);
      queues.add(queue);
      putLink(join(prepared, name), join(queue, name));
    }
  }
  // The new names first: a power failure must not leave an event without a name.
  for (const queue of queues) syncDirectory(queue);
  for (const name of names) {
    killPoint('delete prepared event');
    rmSync(join(prepared, name), {force: true});
  }
}

/** A hard link to the file, or a copy if the file system has no hard links. */
function putLink(from: string, to: string): void {
  if (existsSync(to)) return;
  killPoint('link event');
  try {
    linkSync(from, to);
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK' && code !== 'EXDEV') throw cause;
    copyFileSync(from, `${to}.tmp`);
    renameSync(`${to}.tmp`, to);
  }
}

function findLastNumber(directory: string): number {
  const queues = listNames(join(directory, 'queues')).map((id) => queueDirectory(directory, id));
  const lasts = [join(directory, 'prepared'), ...queues].flatMap((folder) => listEvents(folder).at(-1) ?? []);
  return Math.max(0, ...lasts.map((name) => Number(NAME.exec(name)![1])));
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
