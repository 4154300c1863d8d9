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
    ['full-width punctuation', 'ａ．ｂ（１）', 'a.b(1)'],
    ['half-width kana, with their marks', 'ｶﾞｷﾞｸﾟ ﾊﾟﾝ ﾒｰﾙ', 'ガギク\u309a パン メール'],
    ['a half-width mark after a full-width kana', 'カﾞ', 'ガ'],
    ['half-width jamo', 'ﾡﾾￂￇￊￏￒￗￚￜ', 'ㄱㅎㅏㅔㅕㅚㅛㅠㅡㅣ'],
    ['decomposed kana and Hangul', 'か\u3099 ハ\u309a \u1112\u1161\u11ab', 'が パ 한'],
    [
      'Vietnamese, composed and decomposed',
      'Tiếng Việt Tie\u0302\u0301ng Vie\u0323\u0302t',
      'tieng viet tieng viet',
    ],
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
    ['letters and digits are one word', 'utf8 2nd x86_64', ['utf8', '2nd', 'x86', '64']],
    ['case does not split', 'getUserName', ['getusername']],
    ['punctuation splits', "can't foo.bar::baz", ['can', 't', 'foo', 'bar', 'baz']],
    ['each Han, Hiragana and Katakana character alone', '東京のタワー', ['東', '京', 'の', 'タ', 'ワ', 'ー']],
    ['half-width kana as full-width ones', 'ｶﾞｷﾒｰﾙ', ['ガ', 'キ', 'メ', 'ー', 'ル']],
    ['Hangul stays together', '한국어', ['한국어']],
    ['Hangul behind Latin', 'Docker를 API가', ['docker', '를', 'api', '가']],
    ['Thai letters with their marks', 'กับGitและ', ['กั', 'บ', 'git', 'แ', 'ล', 'ะ']],
    ['Lao', 'ພາສາ', ['ພ', 'າ', 'ສ', 'າ']],
    ['Khmer', 'ខ្មែរ', ['ខ្', 'មែ', 'រ']],
    ['Burmese', 'မြန်မာ', ['မြ', 'န်', 'မာ']],
    ['Thai digits stay a number', '๑๒', ['๑๒']],
    ['Cyrillic behind Latin', 'Gitом', ['git', 'ом']],
    ['Greek next to Cyrillic', 'αβвг', ['αβ', 'вг']],
    ['Arabic and Hebrew next to Latin', 'الGit ב-Git בGit', ['ال', 'git', 'ב', 'git', 'ב', 'git']],
    ['Devanagari keeps its marks', 'हिन्दीGit', ['हिन्दी', 'git']],
    ['rare scripts count as one', 'ᏣᎳᎩᐃᓄ', ['ꮳꮃꭹᐃᓄ']],
    ['letters that scripts share split nothing', 'aʹb', ['aʹb']],
    ['Han outside of the basic plane', '𠮷野', ['𠮷', '野']],
    ['Han next to Latin', 'Git入門v2', ['git', '入', '門', 'v2']],
    ['the micro sign is a mu', '10µm', ['10', 'μ', 'm']],
    ['a mark behind an ideograph belongs to it', '葛\u20dd東', ['葛\u20dd', '東']],
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
    [
      'the end of an acronym splits',
      'HTTPServer parseJSONString',
      ['http', 'server', 'parse', 'json', 'string'],
    ],
    ['an acronym at the end', 'parseURL', ['parse', 'url']],
    ['two letters are an acronym', 'UIView DBName', ['ui', 'view', 'db', 'name']],
    [
      'a single capital belongs to what follows',
      'OAuth IPv XCode getAValue',
      ['oauth', 'ipv', 'xcode', 'get', 'avalue'],
    ],
    [
      'a plural s belongs to the acronym',
      'URLs parseURLsNow IDs URLs2',
      ['urls', 'parse', 'urls', 'now', 'ids', 'urls', '2'],
    ],
    ['an s that goes on is no plural', 'HTTPset', ['htt', 'pset']],
    ['an acronym with accents', 'ÀÉÎTable À\u0301ÉÎ\u0302Table', ['aei', 'table', 'aei', 'table']],
    ['an acronym with a letter of two', 'ABÆble', ['ab', 'aeble']],
    ['no acronym over scripts', 'JSONом СССРом', ['json', 'ом', 'ссс', 'ром']],
    [
      'letters and digits split',
      'utf8Decode v2Alpha 10px',
      ['utf', '8', 'decode', 'v', '2', 'alpha', '10', 'px'],
    ],
    ['a version', 'v1.4.2-rc1', ['v', '1', '4', '2', 'rc', '1']],
    ['a time', '15T10:20Z', ['15', 't', '10', '20', 'z']],
    ['a hash', 'sha256Hash 0xDEADbeef', ['sha', '256', 'hash', '0', 'x', 'dea', 'dbeef']],
    ['superscripts are digits', 'm² x₁', ['m', '2', 'x', '1']],
    ['accented letters split alike', 'caféTable élanVital', ['cafe', 'table', 'elan', 'vital']],
    ['combining accents do not hide the change', 'cafe\u0301Table', ['cafe', 'table']],
    ['sharp s is lower case', 'großEinkauf', ['gross', 'einkauf']],
    ['full-width letters split alike', 'ｇｅｔＵｓｅｒ２', ['get', 'user', '2']],
    ['the micro sign is a mu', '10µm', ['10', 'μ', 'm']],
    ['Han next to Latin', 'Git入門v2', ['git', '入', '門', 'v', '2']],
    ['nothing to split', 'plain words', ['plain', 'words']],
  ];
  for (const [name, text, parts] of cases) it(name, () => assert.deepEqual(partsOf(text), parts));
});

/** Of texts in which the fast ways may differ from the regular expressions. */
const piece = fc.constantFrom(
  'a',
  'B',
  'c',
  'DE',
  's',
  'S',
  'ſ',
  'Æ',
  '1',
  '²',
  'ж',
  'Ж',
  'ʹ',
  '한',
  'ก',
  'ั',
  'ｶ',
  'ﾞ',
  'Ａ',
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
describe('partsText', () => {
  const cases: [name: string, content: string, text: string][] = [
    ['nothing', '', ''],
    ['nothing to split: nothing', 'plain words\nHTTP ONLY URLs 12\n', ''],
    ['whole lines, not just the split words', 'let x = getUser(id);\nplain\n', 'let x get user id'],
    ['several lines', 'aB\ncD eF\n\n', 'a b\nc d e f'],
    ['a gap, over which no phrase is found', 'aB\nplain\n\ncD eF\n', 'a b\n\u0300\nc d e f'],
    ['no gap before the first and behind the last line', 'plain\naB\nplain', 'a b'],
    ['no last line break', 'plain\naB', 'a b'],
    ['a line without a split after one with', 'aB\nplain', 'a b'],
    ['carriage returns do not matter', 'aB\r\ncD\r\n', 'a b\nc d'],
    ['digits', 'a1B', 'a 1 b'],
    ['an acronym', 'HTTPServer', 'http server'],
    ['an acronym whose last letter folds to two', 'ABÆble é', 'ab aeble e'],
    ['plurals', 'URLs\nURLsX\nURLst\nURLs9', 'urls x\nur lst\nurls 9'],
    ['a plural with an accent behind it', 'URLs\u0301\nURLs\u0301t\nURLšt', 'ur lst\nur lst'],
    ['words that end where scripts change have no parts', 'Docker를 東京', ''],
    ['scripts among parts', 'v2를 東京', 'v 2 를 東 京'],
    ['punctuation between does not split', 'a-B', ''],
    ['a line break between does not split', 'a\nB', ''],
    ['leading punctuation leaves no space', '  (aB)  ', 'a b'],
    ['text with accents', 'été\nélanVital naïf\nfooBar\n', 'elan vital naif\nfoo bar'],
    ['Han', 'plain é\n東京 towerA\n', '東 京 tower a'],
    ['a single Han character is a word anyway', '東 é', ''],
    ['U+0000 is no letter', 'a\0B aB', 'a b a b'],
  ];
  for (const [name, content, text] of cases) it(name, () => assert.equal(partsText(content), text));

  it('holds exactly the lines that partsOf splits', () => {
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 60}), (pieces) => {
        const content = pieces.join('');
        const lines = content.split('\n').map((line) => ({parts: partsOf(line), words: wordsOf(line)}));
        const shown = lines.map(({parts, words}) => (parts.length === words.length ? '' : parts.join(' ')));
        const expected = shown
          .join('\n')
          .replace(/^\n+|\n+$/g, '')
          .replace(/\n{2,}/g, '\n\u0300\n');
        assert.equal(partsText(content), expected);
      }),
      {numRuns: 3000},
    );
  });

  it('holds the parts of every character among others', () => {
    for (const character of everyCharacter()) {
      // Those above the basic plane are all left to the regular expressions.
      if (character === '\n') continue;
      if (character > '\uffff' || character.length > 1) break;
      const line = `aB XYZ${character}s 1${character}2 ж${character}`;
      assert.equal(partsText(line), partsOf(line).join(' '));
    }
  });
});

describe('normalizedText', () => {
  const cases: [name: string, content: string, text: string][] = [
    ['ASCII is returned as it is', 'Plain TEXT\n', 'Plain TEXT\n'],
    ['U+0000 is a space', 'a\0b', 'a b'],
    ['other text is folded', 'Éa BC\0', 'ea bc '],
    ['what belongs to no word is a space', 'a😀b\u0378c — d', 'a b c   d'],
    ['scripts are separated', 'Docker를 東京a', 'docker 를 東 京 a'],
    ['scripts are separated, with marks too', 'กับGitและ', ' กั  บ git แ ล ะ'],
  ];
  for (const [name, content, text] of cases) it(name, () => assert.equal(normalizedText(content), text));

  it('has the same words as the content', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 80}), (content) => {
        assert.deepEqual(wordsOf(normalizedText(content)), wordsOf(content));
      }),
      {numRuns: 2000},
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 60}), (pieces) => {
        const content = pieces.join('');
        const words =
          normalizedText(content)
            .toLowerCase()
            .match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
        assert.deepEqual([...words], wordsOf(content));
      }),
      {numRuns: 3000},
    );
  });
});

function* everyCharacter(): Generator<string> {
  for (let code = 0; code < 0x30000; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}
