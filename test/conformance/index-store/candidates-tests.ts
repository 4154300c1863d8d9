import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {foldCase} from '../../../src/domain/fold-case.ts';
import {regexTrigrams} from '../../../src/domain/query/regex-trigrams.ts';
import {ANYTHING, type TrigramQuery, trigramsOf} from '../../../src/domain/query/trigrams.ts';
import {type OpenStore, openSet} from './open-store.ts';
import {flatten, makeEntry, numbersBelow} from './records.ts';

/** Each character that a case folds, between two signs. */
const CASED = numbersBelow(0x20000)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => foldCase(character) !== character);

const TEXTS = [
  'const next = (tries) => {\n  return tries * 100;\n};\n',
  'RETRY: 错误处理：请求失败 🚀🚀🚀\r\nσίσυφος ΣΊΣΥΦΟΣ\n',
  '',
  'ab',
  'tabs\tand  spaces   nul\0nul',
  'İstanbul ıs ſtrange K',
  CASED.map((character) => `<${character}>`).join(''),
];

const CASES: readonly [title: string, wanted: TrigramQuery, seqs: readonly number[]][] = [
  ['punctuation', trigramsOf(') => {'), [0]],
  ['any case', trigramsOf('CONST NEXT'), [0]],
  ['the case of the text', trigramsOf('retry'), [1]],
  ['ideographs', trigramsOf('处理：'), [1]],
  ['characters beyond the first plane', trigramsOf('🚀🚀🚀'), [1]],
  ['letters with several small ones', trigramsOf('ΣΊΣΥΦΟς'), [1]],
  ['white space', trigramsOf('\tand  spaces   '), [4]],
  ['a NUL', trigramsOf('nul\0nul'), [4]],
  ['letters that the engine folds otherwise', trigramsOf('İstanbul'), [5]],
  ['letters that fold into ASCII', trigramsOf('is strange k'), [5]],
  ['nothing', trigramsOf('no such text'), []],
  ['all of some', {all: ['con', 'ret']}, [0]],
  ['one of some', {any: ['con', 'sta', 'qqq']}, [0, 5]],
  ['a pattern', regexTrigrams('(tries|retry)[ :]'), [0, 1]],
  ['what no trigram tells', ANYTHING, [0, 1, 2, 3, 4, 5, 6]],
];

/** The promises of SearchPort about texts that may match. */
export function testCandidates(open: OpenStore, {hasTrigrams = true} = {}): void {
  void describe('candidates of substrings', () => {
    let set: Awaited<ReturnType<typeof openSet>>;
    const scan = async (wanted: TrigramQuery, snapshot = numbersBelow(8)) => {
      const expression = {type: 'trigrams', wanted} as const;
      const found = await flatten(set.store.scanContents({expression, snapshot: serializeBitmap(snapshot)}));
      for (const {seq, content} of found) assert.equal(content, TEXTS[seq]);
      return found.map(({seq}) => seq).sort();
    };

    before(async () => {
      set = await openSet(open);
      await set.store.putEntries([
        ...TEXTS.map((content, seq) => makeEntry(seq, `f/${seq}`, {content})),
        makeEntry(7, 'logo.png', {kind: 'binary'}),
      ]);
      await set.store.refresh();
    });
    after(() => set.dispose());

    for (const [title, wanted, seqs] of CASES) {
      test(`by ${title}`, async () => {
        assert.deepEqual(await scan(wanted), hasTrigrams ? seqs : numbersBelow(7));
        assert.deepEqual(await scan(wanted, [1, 7]), seqs.includes(1) || !hasTrigrams ? [1] : []);
      });
    }

    test('by every letter that has another case', async () => {
      for (let start = 0; start < CASED.length; start += 100) {
        const folded = CASED.slice(start, start + 100).map((character) => `<${foldCase(character)}>`);
        assert.ok((await scan({all: folded})).includes(6), folded.join(''));
      }
    });
  });
}
