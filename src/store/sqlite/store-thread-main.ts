/** The thread that a StoreThread starts: works on a file, over a connection of its own. */
import {on} from 'node:events';
import module from 'node:module';
import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import type {Database} from './database.ts';
import type {Answer, Outcome, PieceMessage, Request, Work} from './store-thread-protocol.ts';

// Before anything of ours is loaded: from `src`, more than half of the thread's start is taking out the types.
module.enableCompileCache();
const {default: PQueue} = await import('p-queue');
const {putPiece} = await import('./batch.ts');
const {reserveSeqs} = await import('./counters.ts');
const {Database: OpenDatabase} = await import('./database.ts');
const {TextWriter} = await import('./texts/text-writer.ts');
const {isTailLonger, nextSegment, putSegment, TAIL_LONG} = await import('./texts/trigrams/next-segment.ts');
const {failureOf, TAKEN, WHOLE} = await import('./store-thread-protocol.ts');

const file = workerData as string;
const port = parentPort!;
const queue = new PQueue({concurrency: 1});
let db: Database | undefined;

port.on('message', (request: Request) => {
  if (request === 'end') end();
  // Batches come last: the producer of the next batch waits for its numbers.
  else void queue.add(() => answer(request), {priority: 'pieces' in request ? 0 : 1});
});

async function answer({id, ...work}: Work & {id: number}): Promise<void> {
  let given: Answer;
  try {
    given = {id, outcome: await perform(work)};
  } catch (error) {
    given = {id, failure: failureOf(error)};
  }
  port.postMessage(given);
}

async function perform(work: Work): Promise<Outcome> {
  if ('tailMax' in work) return {segment: nextSegment(open({isWriter: false}), work.tailMax)};
  const to = open({isWriter: true});
  if ('reservation' in work) return {first: reserveSeqs(to, work.reservation)};
  if ('segment' in work) return {isStored: to.transaction(() => putSegment(to, work.segment))};
  await putBatch(to, work.pieces);
  return {isTailLong: isTailLonger(to, TAIL_LONG)};
}

/** Everything that comes through the port is stored, or nothing. */
async function putBatch(to: Database, pieces: MessagePort): Promise<void> {
  try {
    await to.longTransaction(() => putPieces(to, pieces));
  } finally {
    pieces.close();
  }
}

async function putPieces(to: Database, pieces: MessagePort): Promise<void> {
  const texts = new TextWriter(to);
  for await (const [message] of on(pieces, 'message', {close: ['close']}) as AsyncIterable<[PieceMessage]>) {
    if (message === WHOLE) return texts.finish();
    putPiece(to, message, texts);
    pieces.postMessage(TAKEN);
  }
  throw new Error('a batch was given up');
}

/** A thread either writes, or only reads. */
function open({isWriter}: {isWriter: boolean}): Database {
  db ??= new OpenDatabase(file, {isWriter});
  return db;
}

function end(): void {
  db?.[Symbol.dispose]();
  port.close();
}
