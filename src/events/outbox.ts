import {copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {documentId} from '../domain/entry.ts';
import type {RefEvent} from '../domain/ref-event.ts';
import {putDirectory, putJsonFile, readJsonFile, syncDirectory, withFileErrors} from '../util/json-file.ts';
import {killPoint} from '../util/kill-point.ts';
import type {Handler} from './handler.ts';

/** An event whose move is about to be made. */
export interface PreparedEvent {
  /** What the ref's document holds when the move has happened (`RefSummary.target`): empty for a deletion. */
  readonly target: string;
  readonly event: RefEvent;
}

/** As it lies on disk. */
interface FiledEvent extends PreparedEvent {
  /** Ids of the handlers that are told: those of the run that moved the ref, whichever run settles. */
  readonly handlers: readonly string[];
}

const EVENT = {id: 'string', ref: 'string', change: 'string'} as const;
/** What is needed of an event on disk: the rest is for its handlers. */
export const PREPARED = {target: 'string', event: EVENT} as const;
const FILED = {...PREPARED, handlers: {list: 'string'}} as const;

/** Whom a run knows. */
export interface KnownHandlers {
  /** They are told of what this run moves. */
  readonly handlers: readonly Handler[];
  /** They keep what waits for them, and get what runs that died have prepared for them. */
  readonly configured: readonly Handler[];
}

/**
 * The events of one repository that are not delivered yet, one file each. Whoever writes holds the sync's lock.
 *
 * ```
 * prepared/<number>.<lane>.<id>.json        before the ref moves
 *    │ settle: the ref has moved ──► a link in each queue, then gone;  it has not ──► gone
 *    ▼
 * queues/<handler>/<number>.<lane>.<id>.json   until that handler has it
 * ```
 * A crash before the move leaves a prepared event that the next sync drops; one after it leaves a prepared event that
 * the next sync finds to have happened. A crash within `settle` repeats it: a queue may then get an event twice,
 * before any later one of the same ref. The order of a queue is the order of the numbers; a lane stands for a ref.
 */
export interface Outbox {
  hasPrepared(): boolean;
  /** The events are on disk afterwards, in this order, also after a power failure. Not yet waiting for anybody. */
  prepare(events: AsyncIterable<PreparedEvent>): Promise<void>;
  /** What has happened waits in the queues of those who are to be told afterwards, and nothing is prepared any more. */
  settle(hasHappened: (prepared: PreparedEvent) => boolean): void;
  /** Whether a handler of this run has something to get. */
  hasWaiting(): boolean;
  /** Queues of handlers that nobody knows any more are gone afterwards; without any handler, everything. */
  dropOthers(): void;
}

/** The outbox in `directory`, which need not exist: only `prepare` makes it. */
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

/** Where the events of one handler wait. */
export function queueDirectory(directory: string, handlerId: string): string {
  return join(directory, 'queues', handlerId);
}

/** The names of the events in a directory, in their order. A directory that is missing has none. */
export function listEvents(directory: string): string[] {
  return listNames(directory)
    .filter((name) => NAME.test(name))
    .sort();
}

/** The same for two events exactly when they are about one ref. */
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
  // The new names first: a power failure must not leave an event without any.
  for (const queue of queues) syncDirectory(queue);
  for (const name of names) {
    killPoint('delete prepared event');
    rmSync(join(prepared, name), {force: true});
  }
}

/** A second name for the file, or a copy where the file system has no second names. */
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
