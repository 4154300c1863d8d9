import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gunzipSync} from 'node:zlib';
import {Hono} from 'hono';
import {compressAnswers} from '../../../src/web/compress-answers.ts';

const PIECE = new TextEncoder().encode('a piece of text\n'.repeat(100));

/** An app whose only page is the stream. */
function appOf(body: ReadableStream): Hono {
  const app = new Hono();
  compressAnswers(app, {basePath: ''});
  app.get('/page', (c) => c.body(body, 200, {'content-type': 'text/plain'}));
  return app;
}

const GZIP = {headers: {'accept-encoding': 'gzip'}};

test('a stream is compressed as it comes, and read no faster than it is sent', async () => {
  let pieces = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pieces++;
      controller.enqueue(PIECE);
    },
  });
  const answer = await appOf(endless).request('/page', GZIP);
  assert.equal(answer.headers.get('content-encoding'), 'gzip');
  const reader = answer.body!.getReader();
  assert.equal((await reader.read()).done, false);
  assert.ok(pieces < 2000, `${pieces} pieces were read`);
  await reader.cancel();
});

test('a client that leaves ends the source', async () => {
  const cancelled = Promise.withResolvers<void>();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(PIECE),
    cancel: () => cancelled.resolve(),
  });
  const answer = await appOf(endless).request('/page', GZIP);
  await answer.body!.cancel();
  await cancelled.promise;
});

test('HEAD ends the source, too', async () => {
  const cancelled = Promise.withResolvers<void>();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(PIECE),
    cancel: () => cancelled.resolve(),
  });
  const answer = await appOf(endless).request('/page', {...GZIP, method: 'HEAD'});
  assert.equal(answer.headers.get('content-encoding'), 'gzip');
  await cancelled.promise;
});

test('a source that fails in the middle does not end as if it were whole', async () => {
  let pieces = 0;
  const failing = new ReadableStream({
    pull(controller) {
      if (pieces++ < 3) controller.enqueue(PIECE);
      else controller.error(new Error('the disk is gone'));
    },
  });
  const answer = await appOf(failing).request('/page', GZIP);
  await assert.rejects(answer.arrayBuffer(), /the disk is gone/);
});

test('many small pieces are one text', async () => {
  const letters = Array.from({length: 3000}, (_, at) => String(at % 10));
  let at = 0;
  const stream = new ReadableStream({
    pull(controller) {
      if (at < letters.length) controller.enqueue(new TextEncoder().encode(letters[at++]));
      else controller.close();
    },
  });
  const answer = await appOf(stream).request('/page', GZIP);
  assert.equal(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString(), letters.join(''));
});
