import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {parseCgiHead, readCgiHead} from '../../../src/git/cgi-response.ts';

describe('the head of a CGI answer', () => {
  test('Status stands anywhere, and is no header', () => {
    const {status, headers} = parseCgiHead('Expires: never\r\nstatus: 403 Forbidden\r\nX-A:b');
    assert.equal(status, 403);
    assert.deepEqual(
      [...headers],
      [
        ['expires', 'never'],
        ['x-a', 'b'],
      ],
    );
  });

  test('without Status all is well; one that is no number is our failure', () => {
    assert.equal(parseCgiHead('Content-Type: a/b').status, 200);
    assert.equal(parseCgiHead('Status: fine').status, 500);
    assert.equal(parseCgiHead('Status: 2000').status, 500);
  });

  test('a line that is no header is left out', () => {
    assert.deepEqual([...parseCgiHead('no header\r\nbad name: x\r\nA: 1').headers], [['a', '1']]);
  });

  test('it may come in any pieces, with either end of line', async () => {
    for (const text of ['A: 1\r\nStatus: 404\r\n\r\nbo\n\ndy', 'A: 1\nStatus: 404\n\nbo\n\ndy']) {
      for (let at = 1; at < text.length; at++) {
        const chunks = chunksOf(text.slice(0, at), text.slice(at));
        const answer = await readCgiHead(chunks);
        assert.equal(answer?.head.status, 404);
        const last = await chunks.next();
        assert.equal(answer.rest.toString() + (last.done ? '' : last.value.toString()), 'bo\n\ndy');
      }
    }
  });

  test('a program that ends before its end has no head', async () => {
    assert.equal(await readCgiHead(chunksOf('A: 1\r\n')), undefined);
  });

  test('a head without an end is given up', async () => {
    await assert.rejects(readCgiHead(chunksOf('A'.repeat(20_000), 'A')), {code: 'REPOSITORY'});
  });
});

async function* chunksOf(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}
