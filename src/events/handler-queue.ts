import {existsSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {RefEvent} from '../domain/ref-event.ts';
import {putJsonFile, readJsonFile} from '../util/json-file.ts';
import {type Handler, labelOf} from './handler.ts';
import {listEvents, PREPARED, type PreparedEvent, queueDirectory} from './outbox.ts';

/** The failures of one handler. The file exists only while there are some. */
interface Trouble {
  /** Number of tries of each failed event. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly lastError: string;
}

const TROUBLE = {attempts: {byName: 'number'}, lastError: 'string'} as const;

/** The undelivered events of one handler, the oldest first. Changes require the handler's lock. */
export interface HandlerQueue {
  readonly directory: string;
  list(): string[];
  has(name: string): boolean;
  /** Undefined if it is gone, or cannot be read. */
  read(name: string): RefEvent | undefined;
  /** Number of failed tries. */
  countAttempts(name: string): number;
  /** Removes a delivered event from the queue. */
  drop(name: string): void;
  /** Records one more failure. The event stays. */
  putFailure(name: string, error: string): void;
}

export function openHandlerQueue(eventsDirectory: string, {id}: Pick<Handler, 'id'>): HandlerQueue {
  const directory = queueDirectory(eventsDirectory, id);
  const troubleFile = join(directory, 'trouble.json');
  return {
    directory,
    list: () => listEvents(directory),
    has: (name) => existsSync(join(directory, name)),
    read: (name) => readJsonFile<PreparedEvent>(join(directory, name), PREPARED)?.event,
    countAttempts: (name) => readJsonFile<Trouble>(troubleFile, TROUBLE)?.attempts[name] ?? 0,
    drop(name) {
      rmSync(join(directory, name), {force: true});
      const trouble = readJsonFile<Trouble>(troubleFile, TROUBLE);
      if (trouble?.attempts[name] === undefined) return;
      const {[name]: _delivered, ...attempts} = trouble.attempts;
      if (Object.keys(attempts).length === 0) rmSync(troubleFile, {force: true});
      else putJsonFile(troubleFile, {...trouble, attempts});
    },
    putFailure(name, lastError) {
      // Uninstalled during the call: no file may be created again.
      if (!existsSync(join(directory, name))) return;
      const before = readJsonFile<Trouble>(troubleFile, TROUBLE)?.attempts ?? {};
      putJsonFile(troubleFile, {attempts: {...before, [name]: (before[name] ?? 0) + 1}, lastError});
    },
  };
}

/** The state of a handler, for people and programs. */
export interface HandlerStatus {
  /** The command line, or the address without its secret parts (`labelOf`). */
  readonly handler: string;
  /** Number of undelivered events. */
  readonly waiting: number;
  /** ISO 8601, UTC: the time of the oldest of them; null if there is none. */
  readonly since: string | null;
  /** The most tries of a failed event; 0 if none failed. */
  readonly attempts: number;
  readonly lastError: string | null;
}

/** The state of each handler. Changes nothing. */
export function readHandlers(eventsDirectory: string, handlers: readonly Handler[]): HandlerStatus[] {
  return handlers.map((handler) => {
    const directory = queueDirectory(eventsDirectory, handler.id);
    const names = listEvents(directory);
    const trouble = readJsonFile<Trouble>(join(directory, 'trouble.json'), TROUBLE);
    return {
      handler: labelOf(handler),
      waiting: names.length,
      since: names[0] === undefined ? null : readDate(join(directory, names[0])),
      attempts: Math.max(0, ...Object.values(trouble?.attempts ?? {})),
      lastError: trouble?.lastError ?? null,
    };
  });
}

/** The time of the file, which was written when the ref moved. Null if it has just been delivered. */
function readDate(file: string): string | null {
  return statSync(file, {throwIfNoEntry: false})?.mtime.toISOString() ?? null;
}
