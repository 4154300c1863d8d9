import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {setImmediate} from 'node:timers/promises';
import {Lookahead} from '../../../src/git/lookahead.ts';

async function takeAll<T>(source: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  await using lookahead = new Lookahead(source, {countMax: 10});
  const taken: T[] = [];
  while (await lookahead.waitForItems()) taken.push(...lookahead.take());
  return taken;
}

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await setImmediate();
    yield item;
  }
}

describe('Lookahead', () => {
  const items = Array.from({length: 95}, (_, index) => index);

  it('gives every item once, in order, of a source that is at hand or slow', async () => {
    assert.deepEqual(await takeAll(items), items);
    assert.deepEqual(await takeAll(slowly(items)), items);
    assert.deepEqual(await takeAll([]), []);
  });

  it('holds no more than it may', async () => {
    let producedCount = 0;
    function* produce() {
      for (;;) yield producedCount++;
    }
    await using lookahead = new Lookahead(produce(), {countMax: 10});
    await lookahead.waitForItems();
    await setImmediate();
    assert.equal(producedCount, 10);
  });

  it('gives what came before a failure, then the failure', async () => {
    async function* failing() {
      yield 1;
      yield 2;
      throw new RangeError('no more');
    }
    await using lookahead = new Lookahead(failing(), {countMax: 10});
    await setImmediate();
    await lookahead.waitForItems();
    await setImmediate();
    assert.deepEqual(lookahead.take(), [1, 2]);
    assert.equal(await lookahead.waitForItems(), true);
    assert.throws(() => lookahead.take(), RangeError);
  });

  it('ends its source, and does not wait for one that never answers', async () => {
    let isEnded = false;
    async function* idle() {
      try {
        for (;;) yield 1;
      } finally {
        isEnded = true;
      }
    }
    {
      await using lookahead = new Lookahead(idle(), {countMax: 3});
      await lookahead.waitForItems();
      await setImmediate();
    }
    assert.equal(isEnded, true);
    async function* stuck(): AsyncGenerator<number> {
      yield await new Promise<number>(() => {});
    }
    await using lookahead = new Lookahead(stuck(), {countMax: 3});
    assert.deepEqual(lookahead.take(), []);
  });
});
