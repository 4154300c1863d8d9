import {existsSync, mkdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {acquireLock} from '../queue/lock.ts';
import {runWorker, type WorkerEnd, type WorkerOptions} from '../queue/worker.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Backoff} from '../util/retry.ts';
import {type CallOptions, callHandler} from './call-handler.ts';
import {type Handler, labelOf} from './handler.ts';
import type {HandlerQueue} from './handler-queue.ts';
import {laneOf} from './outbox.ts';

const BACKOFF: Backoff = {firstDelayMs: 1000, delayMaxMs: 60_000};

/** One try, as the log shows it. */
export interface Delivery {
  readonly handler: string;
  /** Id of the event; if it cannot be read, the name of its file. */
  readonly event: string;
  readonly ref?: string | undefined;
  readonly attempt?: number | undefined;
  /** Absent if it was delivered. */
  readonly error?: string | undefined;
  readonly output?: string | undefined;
}

export interface DeliverOptions
  extends CallOptions,
    Pick<WorkerOptions, 'lingerMs' | 'now' | 'delay' | 'random' | 'signal'> {
  readonly queue: HandlerQueue;
  /** Held during each delivery to this handler. */
  readonly lockFile: string;
  readonly log: (delivery: Delivery) => void;
}

/**
 * Delivers the queue of one handler, one call at a time. Rounds, backoff, lock and the look after its release are those
 * of the worker of pushes (`runWorker` describes the races); waiting events are its notes.
 *
 * An event that fails delays the later ones of its ref, and no others. New events cut a wait short.
 */
export async function deliver(handler: Handler, options: DeliverOptions): Promise<WorkerEnd> {
  const {queue, lockFile} = options;
  let claimed: ReadonlySet<string> = new Set();
  return runWorker({
    ...options,
    queue: {
      claimNotes: async () => {
        claimed = new Set(queue.list());
        return [...claimed];
      },
      // Each event is dropped right after its delivery: a crash must not repeat earlier ones.
      dropNotes: async () => undefined,
      async hasNewNotes() {
        const names = queue.list();
        // A queue that another process has emptied ends the wait, too.
        return names.some((name) => !claimed.has(name)) || (claimed.size > 0 && names.length === 0);
      },
    },
    async tryLock() {
      if (!existsSync(queue.directory)) return undefined;
      mkdirSync(dirname(lockFile), {recursive: true});
      return acquireLock(lockFile, {waitMs: 0});
    },
    run: () => deliverRound(handler, claimed, options),
    backoff: BACKOFF,
  });
}

/** Tries each event once, except those behind one that fails. */
async function deliverRound(
  handler: Handler,
  names: ReadonlySet<string>,
  options: DeliverOptions,
): Promise<'done' | CtrError> {
  const heldLanes = new Set<string>();
  let failure: string | undefined;
  for (const name of names) {
    if (heldLanes.has(laneOf(name))) continue;
    const error = await deliverOne(handler, name, options);
    if (error === undefined) continue;
    heldLanes.add(laneOf(name));
    failure = error;
  }
  if (failure === undefined) return 'done';
  return new CtrError('BACKEND_UNAVAILABLE', `${labelOf(handler)}: ${failure}`);
}

/** The reason why it was not delivered; undefined if it was, or if it is gone. */
async function deliverOne(
  handler: Handler,
  name: string,
  {queue, log, ...options}: DeliverOptions,
): Promise<string | undefined> {
  const event = queue.read(name);
  if (event === undefined) {
    // Dropped with its handler, or damaged on disk: a later try cannot succeed.
    if (queue.has(name)) log({handler: labelOf(handler), event: name, error: 'it cannot be read; dropped'});
    queue.drop(name);
    return undefined;
  }
  const attempt = queue.countAttempts(name) + 1;
  const {error, output} = await callHandler(handler, event, {...options, attempt});
  if (error === undefined) queue.drop(name);
  else queue.putFailure(name, error);
  log({
    handler: labelOf(handler),
    event: event.id,
    ref: event.ref,
    attempt,
    error,
    output: output || undefined,
  });
  return error;
}
