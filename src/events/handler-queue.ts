import {existsSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {RefEvent} from '../domain/ref-event.ts';
import {putJsonFile, readJsonFile} from '../util/json-file.ts';
import {type Handler, labelOf} from './handler.ts';
import {listEvents, PREPARED, type PreparedEvent, queueDirectory} from './outbox.ts';

/** What went wrong with one handler. Gone when nothing does. */
interface Trouble {
  /** How often each event that failed was tried. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly lastError: string;
}

const TROUBLE = {attempts: {byName: 'number'}, lastError: 'string'} as const;

/** What one handler still has to get, the oldest first. Whoever changes it holds the handler's lock. */
export interface HandlerQueue {
  readonly directory: string;
  list(): string[];
  has(name: string): boolean;
  /** Undefined where it is gone, or cannot be read. */
  read(name: string): RefEvent | undefined;
  /** How often the event was tried and failed. */
  countAttempts(name: string): number;
  /** The event is delivered: it is not in the queue any more. */
  drop(name: string): void;
  /** The event failed once more. It stays. */
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
      // Uninstalled meanwhile: nothing may come back.
      if (!existsSync(join(directory, name))) return;
      const before = readJsonFile<Trouble>(troubleFile, TROUBLE)?.attempts ?? {};
      putJsonFile(troubleFile, {attempts: {...before, [name]: (before[name] ?? 0) + 1}, lastError});
    },
  };
}

/** How a handler stands, for people and programs. */
export interface HandlerStatus {
  /** The command line, or the address without what may be secret (`labelOf`). */
  readonly handler: string;
  /** Events that it has not got yet. */
  readonly waiting: number;
  /** ISO 8601, UTC: how old the oldest of them is; null where none waits. */
  readonly since: string | null;
  /** How often the event that failed most was tried; 0 where none failed. */
  readonly attempts: number;
  readonly lastError: string | null;
}

/** How each handler stands. Changes nothing. */
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

/** Its file was written when the ref moved. Null where it has just been delivered. */
function readDate(file: string): string | null {
  return statSync(file, {throwIfNoEntry: false})?.mtime.toISOString() ?? null;
}
