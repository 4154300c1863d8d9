import assert from 'node:assert/strict';
import {DatabaseSync} from 'node:sqlite';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {foldText, normalizedText, partsOf, partsText, wordsOf} from '../../../src/domain/words.ts';

describe('foldText', () => {
  const cases: [name: string, text: string, folded: string][] = [
    ['lower case', 'README', 'readme'],
    ['accents are removed', 'Crème Brûlée Ångström Žižek', 'creme brulee angstrom zizek'],
    ['combining accents are removed', 'e\u0301', 'e'],
    [
      'ligatures and letters of their own',
      'Straße Æther Œuvre Øre Đà Łódź Þór ðe',
      'strasse aether oeuvre ore da lodz thor de',
    ],
    ['the capital sharp s', 'GROẞ', 'gross'],
    ['the Turkish i, with and without its dot', 'İstanbul ısı', 'istanbul isi'],
    ['typographic ligatures', 'eﬃcient ﬁle', 'efficient file'],
    ['full-width forms', 'ＡＢＣ１２', 'abc12'],
    ['superscripts are digits', 'm² x₁', 'm2 x1'],
    ['a final sigma is a sigma', 'ΟΔΟΣ οδος', 'οδοσ οδοσ'],
    ['Greek and Cyrillic accents', 'Άλφα Ёлка', 'αλφα елка'],
    ['kana keep their marks', 'ガが', 'ガが'],
    ['Hangul stays composed', '한국어', '한국어'],
    ['variation selectors are gone', '葛\ufe00', '葛'],
    ['punctuation stays', 'a_b-c «d»', 'a_b-c «d»'],
    ['line breaks stay', 'É\r\nÀ\n', 'e\r\na\n'],
  ];
  for (const [name, text, folded] of cases) it(name, () => assert.equal(foldText(text), folded));

  it('folds every character to something that is folded', () => {
    for (const character of everyCharacter()) {
      const folded = foldText(character);
      if (foldText(folded) !== folded) assert.fail(`U+${character.codePointAt(0)!.toString(16)}`);
    }
  });
});

describe('wordsOf', () => {
  const cases: [name: string, text: string, words: string[]][] = [
    ['nothing', '', []],
    ['punctuation only', '++ -- /* */', []],
    ['letters and digits are not split', 'utf8 2nd x86_64', ['utf8', '2nd', 'x86', '64']],
    ['case does not split', 'getUserName', ['getusername']],
    ['punctuation splits', "can't foo.bar::baz", ['can', 't', 'foo', 'bar', 'baz']],
    ['a run of Han is one word', '東京タワー', ['東京タワー']],
    ['non-breaking space and dashes split', 'a\u00a0b–c', ['a', 'b', 'c']],
    ['private-use characters belong to words', 'caf\uefe9.txt', ['caf\uefe9', 'txt']],
    ['letters outside of the basic plane', '𝒳y 😀', ['𝒳y']],
    ['U+0000 splits', 'a\0b', ['a', 'b']],
  ];
  for (const [name, text, words] of cases) it(name, () => assert.deepEqual(wordsOf(text), words));

  it('is what SQLite finds in the normalized text, for every character', () => {
    using database = new DatabaseSync(':memory:');
    database.exec(`CREATE VIRTUAL TABLE texts USING fts5(text, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
      CREATE VIRTUAL TABLE terms USING fts5vocab(texts, instance)`);
    const insert = database.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)');
    const expected = new Map<number, string[]>();
    let row = 0;
    let text = '';
    for (const character of everyCharacter()) {
      text += `x${character}Y `;
      if (text.length < 4000) continue;
      insert.run(++row, normalizedText(text));
      expected.set(row, wordsOf(text));
      text = '';
    }
    const found = new Map<number, string[]>();
    for (const {doc, term} of database
      .prepare('SELECT doc, term FROM terms ORDER BY doc, offset')
      .iterate()) {
      const terms = found.get(Number(doc)) ?? [];
      terms.push(String(term));
      found.set(Number(doc), terms);
    }
    assert.ok(row > 100);
    for (const [doc, words] of expected) assert.deepEqual(found.get(doc), words);
  });
});

describe('partsOf', () => {
  const cases: [name: string, text: string, parts: string[]][] = [
    ['a change to upper case splits', 'getUserName', ['get', 'user', 'name']],
    ['a run of capitals stays one word', 'HTTPServer parseURL', ['httpserver', 'parse', 'url']],
    ['letters and digits are not split', 'utf8Decode v2Alpha', ['utf8decode', 'v2alpha']],
    ['accented letters split alike', 'caféTable élanVital', ['cafe', 'table', 'elan', 'vital']],
    ['combining accents do not hide the change', 'cafe\u0301Table', ['cafe', 'table']],
    ['sharp s is lower case', 'großEinkauf', ['gross', 'einkauf']],
    ['each Han, Hiragana and Katakana character alone', '東京のタワー', ['東', '京', 'の', 'タ', 'ワ', 'ー']],
    ['Hangul stays together', '한국어', ['한국어']],
    ['Han next to Latin', 'Git入門v2', ['git', '入', '門', 'v2']],
    ['Han outside of the basic plane', '𠮷野', ['𠮷', '野']],
    ['nothing to split', 'plain words', ['plain', 'words']],
  ];
  for (const [name, text, parts] of cases) it(name, () => assert.deepEqual(partsOf(text), parts));
});

describe('partsText', () => {
  const cases: [name: string, content: string, text: string][] = [
    ['nothing', '', ''],
    ['no camel case: nothing', 'plain words\nHTTP ONLY\n', ''],
    ['whole lines, not just the split words', 'let x = getUser(id);\nplain\n', 'let x get user id'],
    ['several lines', 'aB\nplain\ncD eF\n\n', 'a b\nc d e f'],
    ['no last line break', 'plain\naB', 'a b'],
    ['a line without a split after one with', 'aB\nplain', 'a b'],
    ['carriage returns do not matter', 'aB\r\ncD\r\n', 'a b\nc d'],
    ['digits between do not split', 'a1B', ''],
    ['punctuation between does not split', 'a-B', ''],
    ['a line break between does not split', 'a\nB', ''],
    ['leading punctuation leaves no space', '  (aB)  ', 'a b'],
    ['text with accents', 'été\nélanVital naïf\nfooBar\n', 'elan vital naif\nfoo bar'],
    ['Han', 'plain é\n東京 tower\n', '東 京 tower'],
    ['a single Han character is a word anyway', '東 é', ''],
    ['U+0000 is no letter', 'a\0B aB', 'a b a b'],
  ];
  for (const [name, content, text] of cases) it(name, () => assert.equal(partsText(content), text));

  it('holds exactly the lines that partsOf splits', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      'c',
      'DE',
      '1',
      ' ',
      '\n',
      '\r\n',
      '-',
      'é',
      'É',
      '東',
      'の',
      'タ',
      '\u0301',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 60}), (pieces) => {
        const content = pieces.join('');
        const lines = content.split('\n').map((line) => ({parts: partsOf(line), words: wordsOf(line)}));
        const split = lines.filter(({parts, words}) => parts.length !== words.length);
        assert.equal(partsText(content), split.map(({parts}) => parts.join(' ')).join('\n'));
      }),
      {numRuns: 3000},
    );
  });
});

describe('normalizedText', () => {
  const cases: [name: string, content: string, text: string][] = [
    ['ASCII is returned as it is', 'Plain TEXT\n', 'Plain TEXT\n'],
    ['U+0000 is a space', 'a\0b', 'a b'],
    ['other text is folded', 'Éa BC\0', 'ea bc '],
    ['what belongs to no word is a space', 'a😀b\u0378c — d', 'a b c   d'],
  ];
  for (const [name, content, text] of cases) it(name, () => assert.equal(normalizedText(content), text));

  it('has the same words as the content', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 80}), (content) => {
        assert.deepEqual(wordsOf(normalizedText(content)), wordsOf(content));
      }),
      {numRuns: 2000},
    );
  });
});

function* everyCharacter(): Generator<string> {
  for (let code = 0; code < 0x30000; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}
