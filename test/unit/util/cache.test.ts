import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Cache} from '../../../src/util/cache.ts';
import {wantedSignal, whileWanted} from '../../../src/util/wanted.ts';

test('is asked once by all who ask at the same time, and by those who ask later', async () => {
  const cache = new Cache(10_000);
  let count = 0;
  const work = {compute: () => Promise.resolve(++count), weigh: () => 10};
  const asked = Array.from({length: 5}, () => cache.remember('key', work));
  assert.deepEqual(await Promise.all(asked), [1, 1, 1, 1, 1]);
  assert.equal(await cache.remember('key', work), 1);
  assert.equal(await cache.remember('other', work), 2);
});

test('goes on for the others when the first who asked has left', async () => {
  const cache = new Cache(10_000);
  const first = new AbortController();
  const {promise: read, resolve: answer} = Promise.withResolvers<string>();
  const compute = async () => {
    const signal = wantedSignal();
    const text = await read;
    signal?.throwIfAborted();
    return text;
  };
  const ask = () => cache.remember('key', {compute, weigh: () => 10});
  const asked = [whileWanted(first.signal, ask), whileWanted(new AbortController().signal, ask)];
  first.abort();
  answer('there');
  const settled = await Promise.allSettled(asked);
  assert.deepEqual(settled[1], {status: 'fulfilled', value: 'there'});
});

test('gives a failure to all who wait, and does not keep it', async () => {
  const cache = new Cache(10_000);
  let count = 0;
  const work = {
    compute: () => (count++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve('there')),
    weigh: () => 10,
  };
  const asked = await Promise.allSettled([cache.remember('key', work), cache.remember('key', work)]);
  assert.deepEqual(
    asked.map(({status}) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await cache.remember('key', work), 'there');
});

test('does not keep what is too heavy, and lets go what was asked for longest ago', async () => {
  const cache = new Cache(1000);
  const computed: string[] = [];
  const ask = (key: string, weight: number) =>
    cache.remember(key, {compute: async () => computed.push(key), weigh: () => weight});
  for (const [key, weight] of [
    ['heavy', 2000],
    ['heavy', 2000],
    ['a', 350],
    ['b', 350],
    ['a', 350],
    ['c', 350],
    ['a', 350],
    ['b', 350],
  ] as const)
    await ask(key, weight);
  assert.deepEqual(computed, ['heavy', 'heavy', 'a', 'b', 'c', 'b']);
});
