import assert from 'node:assert/strict';
import {linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import type {RefEvent} from '../../../src/domain/ref-event.ts';
import {labelOf, listHandlers} from '../../../src/events/handler.ts';
import {openHandlerQueue, readHandlers} from '../../../src/events/handler-queue.ts';
import {openOutbox, type PreparedEvent} from '../../../src/events/outbox.ts';

const HANDLERS = listHandlers({scripts: ['one', 'two', 'one'], webhooks: ['https://e.org/hush?key=hush']});

test('what has happened waits for every handler, in order; what has not is gone', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('a'), eventOf('b'), eventOf('c')));
  assert.deepEqual([outbox.hasPrepared(), outbox.hasWaiting()], [true, false]);
  outbox.settle(({event}) => event.id !== 'b');
  assert.deepEqual([outbox.hasPrepared(), outbox.hasWaiting()], [false, true]);
  for (const handler of HANDLERS) assert.deepEqual(idsOf(place.path, handler), ['a', 'c']);
});

test('the order goes on in the next run, also when only a late handler still has the older ones', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('z'), eventOf('y')));
  outbox.settle(() => true);
  for (const handler of HANDLERS.slice(1)) {
    const queue = openHandlerQueue(place.path, handler);
    for (const name of queue.list()) queue.drop(name);
  }
  const next = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await next.prepare(streamOf(eventOf('a')));
  next.settle(() => true);
  assert.deepEqual(
    HANDLERS.map((handler) => idsOf(place.path, handler)),
    [['z', 'y', 'a'], ['a'], ['a']],
  );
});

test('a crash within the hand-over is made good by the next one', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('a'), eventOf('b')));
  // As it is left when the first of all links was made.
  const {directory} = openHandlerQueue(place.path, HANDLERS[0]!);
  const [first] = readdirSync(join(place.path, 'prepared')).sort();
  mkdirSync(directory, {recursive: true});
  linkSync(join(place.path, 'prepared', first!), join(directory, first!));
  openOutbox(place.path, {handlers: HANDLERS, configured: []}).settle(() => true);
  for (const handler of HANDLERS) assert.deepEqual(idsOf(place.path, handler), ['a', 'b']);
});

test('the queue of a handler that is no more is dropped, and no other', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('a')));
  outbox.settle(() => true);
  openOutbox(place.path, {handlers: HANDLERS.slice(1), configured: []}).dropOthers();
  assert.deepEqual(
    HANDLERS.map((handler) => idsOf(place.path, handler)),
    [[], ['a'], ['a']],
  );
  openOutbox(place.path, {handlers: [], configured: []}).dropOthers();
  assert.deepEqual(readdirSync(place.root), []);
});

test('a run of other handlers leaves alone what waits for the configured ones, and tells its own', async () => {
  using place = openPlace();
  const [one, two, other] = HANDLERS;
  const outbox = openOutbox(place.path, {handlers: [one!, two!], configured: [one!, two!]});
  await outbox.prepare(streamOf(eventOf('a')));
  outbox.settle(() => true);
  // It dies between the move and the hand-over.
  await outbox.prepare(streamOf(eventOf('b')));

  const next = openOutbox(place.path, {handlers: [other!], configured: [two!]});
  next.dropOthers();
  assert.equal(next.hasWaiting(), false);
  next.settle(() => true);
  await next.prepare(streamOf(eventOf('c')));
  next.settle(() => true);
  assert.equal(next.hasWaiting(), true);
  assert.deepEqual(
    HANDLERS.map((handler) => idsOf(place.path, handler)),
    [[], ['a', 'b'], ['c']],
  );
});

test('an address shows as its server, and two of one server differ', () => {
  const urls = ['https://e.org:8443/services/T0/hush', 'https://e.org:8443/services/T0/other?key=hush'];
  const labels = listHandlers({scripts: [], webhooks: urls}).map(labelOf);
  for (const label of labels) assert.match(label, /^https:\/\/e\.org:8443 \([\w-]{8}\)$/);
  assert.notEqual(labels[0], labels[1]);
});

test('a failure counts, and is forgotten when the event is delivered', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('a')));
  outbox.settle(() => true);
  const queue = openHandlerQueue(place.path, HANDLERS[2]!);
  const [name] = queue.list();
  queue.putFailure(name!, 'first');
  queue.putFailure(name!, 'second');
  const [, , {handler, waiting, attempts, lastError} = assert.fail()] = readHandlers(place.path, HANDLERS);
  assert.deepEqual([handler, waiting, attempts, lastError], [labelOf(HANDLERS[2]!), 1, 2, 'second']);
  queue.drop(name!);
  assert.deepEqual(readHandlers(place.path, HANDLERS)[2], {
    handler: labelOf(HANDLERS[2]!),
    waiting: 0,
    since: null,
    attempts: 0,
    lastError: null,
  });
});

test('a failure that is told after an uninstall brings nothing back', async () => {
  using place = openPlace();
  const outbox = openOutbox(place.path, {handlers: HANDLERS, configured: []});
  await outbox.prepare(streamOf(eventOf('a')));
  outbox.settle(() => true);
  const queue = openHandlerQueue(place.path, HANDLERS[0]!);
  const [name] = queue.list();
  rmSync(place.path, {recursive: true});
  queue.putFailure(name!, 'too late');
  queue.drop(name!);
  assert.deepEqual(readdirSync(place.root), []);
});

function openPlace(): {root: string; path: string} & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'ctr-outbox-'));
  return {
    root,
    path: join(root, 'events'),
    [Symbol.dispose]: () => rmSync(root, {recursive: true, force: true}),
  };
}

function idsOf(directory: string, handler: {id: string}): (string | undefined)[] {
  const queue = openHandlerQueue(directory, handler);
  return queue.list().map((name) => queue.read(name)?.id);
}

async function* streamOf(...events: PreparedEvent[]): AsyncGenerator<PreparedEvent> {
  yield* events;
}

function eventOf(id: string): PreparedEvent {
  const event: RefEvent = {
    id,
    repository: {id: 'r', name: 'r'},
    ref: `refs/heads/${id}`,
    kind: 'branch',
    change: 'created',
    old: null,
    new: '1'.repeat(40),
    forced: false,
    at: '2026-01-01T00:00:00.000Z',
    commits: [],
    paths: {added: [], changed: [], removed: []},
    totals: {commits: 0, added: 0, changed: 0, removed: 0},
    truncated: false,
  };
  return {target: '1'.repeat(40), event};
}
