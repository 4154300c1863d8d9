import {existsSync, mkdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {acquireLock} from '../queue/lock.ts';
import {runWorker, type WorkerEnd, type WorkerOptions} from '../queue/worker.ts';
import {CtrError} from '../util/ctr-error.ts';
import {type CallOptions, callHandler} from './call-handler.ts';
import {type Handler, labelOf} from './handler.ts';
import type {HandlerQueue} from './handler-queue.ts';
import {laneOf} from './outbox.ts';

/** After the first round in which something failed, and the most that doubling makes of it. */
const BACKOFF = {firstMs: 1000, maxMs: 60_000};

/** One try, as the log shows it. */
export interface Delivery {
  readonly handler: string;
  /** Its id; of one that cannot be read the name of its file. */
  readonly event: string;
  readonly ref?: string | undefined;
  readonly attempt?: number | undefined;
  /** Absent when it was delivered. */
  readonly error?: string | undefined;
  readonly output?: string | undefined;
}

export interface DeliverOptions
  extends CallOptions,
    Pick<WorkerOptions, 'lingerMs' | 'now' | 'delay' | 'random' | 'signal'> {
  readonly queue: HandlerQueue;
  /** Held while anybody delivers to this handler. */
  readonly lockFile: string;
  readonly log: (delivery: Delivery) => void;
}

/**
 * Works off the queue of one handler, one call at a time. The rounds, their backoff, the lock and the look after the
 * lock is given up are those of the worker of pushes (`runWorker` tells the races); waiting events are its notes.
 *
 * An event that fails holds back the later ones of its ref, and no others. New events cut a wait short.
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
      // Each is dropped when it is delivered: a crash must not repeat those before it.
      dropNotes: async () => undefined,
      async hasNewNotes() {
        const names = queue.list();
        // A queue that somebody has emptied is news as well: there is nothing more to wait for.
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

/** Why it was not delivered; undefined when it was, or when it is gone. */
async function deliverOne(
  handler: Handler,
  name: string,
  {queue, log, ...options}: DeliverOptions,
): Promise<string | undefined> {
  const event = queue.read(name);
  if (event === undefined) {
    // Dropped with its handler, or damaged on disk: no later try would tell more.
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
