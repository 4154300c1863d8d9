/** The thread that a WriterThread starts: writes to a file, over a connection of its own. */
import {on} from 'node:events';
import module from 'node:module';
import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import type {Database} from './database.ts';
import type {Answer, PieceMessage, Request} from './writer-protocol.ts';

// Before anything of ours is loaded: from `src`, more than half of the thread's start is taking out the types.
module.enableCompileCache();
const {default: PQueue} = await import('p-queue');
const {putPiece} = await import('./batch.ts');
const {reserveSeqs} = await import('./counters.ts');
const {Database: OpenDatabase} = await import('./database.ts');
const {TextWriter} = await import('./texts/text-writer.ts');
const {failureOf, TAKEN, WHOLE} = await import('./writer-protocol.ts');

const file = workerData as string;
const port = parentPort!;
const queue = new PQueue({concurrency: 1});
let db: Database | undefined;

port.on('message', (request: Request) => {
  if (request === 'end') end();
  else if ('pieces' in request) void queue.add(() => answer(request.id, () => putBatch(request.pieces)));
  // Before waiting batches: the producer of the next batch waits for its numbers.
  else
    void queue.add(() => answer(request.id, () => reserveSeqs(open(), request.reservation)), {priority: 1});
});

async function answer(id: number, work: () => number | Promise<undefined>): Promise<void> {
  let given: Answer;
  try {
    given = {id, first: await work()};
  } catch (error) {
    given = {id, failure: failureOf(error)};
  }
  port.postMessage(given);
}

/** Everything that comes through the port is stored, or nothing. */
async function putBatch(pieces: MessagePort): Promise<undefined> {
  try {
    await open().longTransaction(() => putPieces(open(), pieces));
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

function open(): Database {
  db ??= new OpenDatabase(file, {isWriter: true});
  return db;
}

function end(): void {
  db?.[Symbol.dispose]();
  port.close();
}
