import assert from 'node:assert/strict';
import {Writable} from 'node:stream';
import {test} from 'node:test';
import {openOutput} from '../../../../src/cli/render/output.ts';

function open(stdout: Writable) {
  const context = {stdout, stderr: stdout, isTerminal: {stdout: false, stderr: false}, env: {}};
  return openOutput(
    {...context, cwd: '/', now: () => new Date(0)},
    {json: true, quiet: false, verbose: false, flags: new Map()},
  );
}

test('a long list is one JSON value, whatever its batches', async () => {
  for (const batches of [[], [[]], [[{a: 1}]], [[{a: 1}, {a: 2}], [], [{a: 3}]]]) {
    let written = '';
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        written += chunk;
        done();
      },
    });
    await open(stdout).jsonList(
      {ref: null},
      'items',
      (async function* () {
        yield* batches;
      })(),
    );
    assert.deepEqual(JSON.parse(written), {ref: null, items: batches.flat()});
    assert.ok(written.endsWith('\n'));
  }
});

test('a long list is read no faster than it is taken', async () => {
  const {promise: opened, resolve: open_} = Promise.withResolvers<void>();
  const stdout = new Writable({
    highWaterMark: 10_000,
    write: (_chunk, _encoding, done) => void opened.then(() => done()),
  });
  let read = 0;
  const {promise: begun, resolve: begin} = Promise.withResolvers<void>();
  const batches = (async function* () {
    for (; read < 1000; read++) {
      yield [{text: 'x'.repeat(1000)}];
      if (read === 5) begin();
    }
  })();
  const done = open(stdout).jsonList({ref: null}, 'items', batches);
  await begun;
  // What is under way has been read by the end of this turn.
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(read < 20, `${read} items`);
  open_();
  await done;
  assert.equal(read, 1000);
});
