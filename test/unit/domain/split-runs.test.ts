import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {AHEAD_WORDS, type Run, splitRuns} from '../../../src/domain/split-runs.ts';
import {wordsOf} from '../../../src/domain/words.ts';
import {seededRandom} from '../../support/random-history.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.subarray(from, to)).toString();
const lines = (count: number, seed = 1) => {
  const random = seededRandom(seed);
  return Array.from(
    {length: count},
    () => `line ${Math.floor(random() * 1e9)} says ${Math.floor(random() * 1e9)}\n`,
  );
};

const TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  'one line': 'alone',
  'one line feed': '\n',
  'lines with CRLF': lines(100).join('').replaceAll('\n', '\r\n'),
  'no final line feed': `${lines(50).join('')}end`,
  'many empty lines': '\n'.repeat(5000),
  'the same line again and again': 'the same\n'.repeat(5000),
  'lines without words': `${'}\n'.repeat(3000)}word`,
  'a long line of words': 'lorem ipsum '.repeat(10_000),
  'a long line without an end of a word': 'x'.repeat(100_000),
  'a long word between others': `before ${'y'.repeat(10_000)} after these four words and more\n`,
  'a long line of Han': '漢字仮名交じり文。'.repeat(2000),
  'a long line of Han without punctuation': '漢'.repeat(20_000),
  'a long line of emoji': '🚀👨‍👩‍👧'.repeat(3000),
  'lines in many scripts': 'Ein Café\nกับGitและ\n東京都に住む\n서울 시\n🚀 launch\n'.repeat(300),
};

void describe('splitRuns', () => {
  for (const [title, text] of Object.entries(TEXTS)) {
    test(`${title}: the runs are the text, each within its bounds`, () => {
      const bytes = bytesOf(text);
      const runs = splitRuns(bytes);
      assert.equal(runs.map(({start, end}) => textOf(bytes, start, end)).join(''), text);
      let at = 0;
      for (const {start, end} of runs) {
        assert.equal(start, at);
        assert.ok(end > start && end - start <= 4096 + 2051, `${end - start} bytes`);
        assert.ok(textOf(bytes, start, end).split('\n').length <= 33);
        at = end;
      }
      assert.equal(at, bytes.length);
    });

    test(`${title}: every word belongs to one run, which knows the next ones`, () => {
      const bytes = bytesOf(text);
      const all = wordsOf(text).map((word) => word.slice(0, 8000));
      const found: string[] = [];
      const runs = splitRuns(bytes);
      for (const [i, run] of runs.entries()) {
        const known = knownWords(bytes, run);
        const own = countOwn(bytes, run, runs[i + 1]?.wordsFrom ?? bytes.length);
        if (own === 0) continue;
        const wanted = all.slice(found.length, found.length + own + AHEAD_WORDS);
        assert.deepEqual(known.slice(0, own + AHEAD_WORDS), wanted);
        found.push(...known.slice(0, own));
      }
      assert.deepEqual(found, all);
    });
  }

  test('most of the runs of two versions are the same, wherever something has changed', () => {
    const before = lines(5000);
    for (const at of [0, 1, 2500, 4999, 5000]) {
      for (const [what, after] of Object.entries({
        inserted: before.toSpliced(at, 0, 'a new line\n'),
        changed: before.toSpliced(at, 1, 'another line\n'),
        removed: before.toSpliced(at, 1),
      })) {
        const fresh = newRuns(before.join(''), after.join(''));
        assert.ok(fresh <= 4, `${what} at ${at}: ${fresh} runs are new`);
      }
    }
  });

  test('the same of a long line', () => {
    const random = seededRandom(2);
    const words = Array.from({length: 50_000}, () => `w${Math.floor(random() * 1e6)}`);
    const after = words.toSpliced(20_000, 0, 'inserted');
    const fresh = newRuns(words.join(','), after.join(','));
    assert.ok(fresh <= 4, `${fresh} runs are new`);
  });

  test('a hostile text takes linear time', () => {
    for (const text of ['}\n', '—\n', 'x', '漢', ' '])
      assert.ok(splitRuns(bytesOf(text.repeat(2_000_000 / text.length))).length > 0);
  });
});

/** How many runs of `after` are not among those of `before`, with the words that follow them. */
function newRuns(before: string, after: string): number {
  const keysOf = (text: string) => {
    const bytes = bytesOf(text);
    return splitRuns(bytes).map(
      (run) => `${textOf(bytes, run.start, run.end)}\0${knownWords(bytes, run).join(' ')}`,
    );
  };
  const known = new Set(keysOf(before));
  return keysOf(after).filter((key) => !known.has(key)).length;
}

/** How many words begin in the run, or in the rest of its last word. */
function countOwn(bytes: Uint8Array, {wordsFrom, end}: Run, next: number): number {
  return wordsFrom >= end ? 0 : wordsOf(textOf(bytes, wordsFrom, next)).length;
}

function knownWords(bytes: Uint8Array, {wordsFrom, end, ahead}: Run): string[] {
  if (wordsFrom >= end) return [];
  let text = textOf(bytes, wordsFrom, end);
  for (let i = 0; i < ahead.length; i += 2) text += textOf(bytes, ahead[i]!, ahead[i + 1]!);
  return wordsOf(text).map((word) => word.slice(0, 8000));
}
