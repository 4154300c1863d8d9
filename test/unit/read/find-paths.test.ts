import assert from 'node:assert/strict';
import {test} from 'node:test';
import {foldText} from '../../../src/domain/fold-text.ts';
import {findPaths} from '../../../src/read/find-paths.ts';

/** What is found among these paths, best first. */
function find(paths: readonly string[], typed: string, limit = 100): readonly string[] {
  const sorted = paths.toSorted();
  return findPaths({paths: sorted, folded: sorted.map(foldText)}, {typed, limit}).paths;
}

const PATHS = [
  'a/tar.md/readme',
  'docs/avatar.md',
  'docs/tar.md',
  'pages/common/tar.md',
  'pages/linux/tar.mdx',
  'src/Tar.md',
  'tar.md',
  't/a/r/x.md',
  'the-archive.md',
  'unrelated.txt',
];

test('the very path, then names that hold it, then paths, then letters of names, then letters', () => {
  assert.deepEqual(find(PATHS, 'tar.md'), [
    'tar.md',
    'src/Tar.md',
    'docs/tar.md',
    'pages/common/tar.md',
    'pages/linux/tar.mdx',
    'docs/avatar.md',
    'a/tar.md/readme',
    'the-archive.md',
    't/a/r/x.md',
  ]);
});

test('a name without its extension goes before longer names', () => {
  assert.deepEqual(find(['long/path/tar.md', 'tar2.md', 'tart'], 'tar'), [
    'long/path/tar.md',
    'tart',
    'tar2.md',
  ]);
  assert.deepEqual(find(['v1.10', 'v1.1', 'v1.1.0'], 'v1.1'), ['v1.1', 'v1.1.0', 'v1.10']);
});

test('a path typed in full is the first, however many others fit', () => {
  const many = Array.from({length: 40_000}, (_, at) => `pages/common/tar.md/${at}/pages/common/tar.md`);
  assert.equal(find([...many, 'pages/common/tar.md'], 'pages/common/tar.md')[0], 'pages/common/tar.md');
  for (const at of [0, 77, 39_999]) assert.equal(find(many, many[at]!)[0], many[at]);
});

test('case matters only between paths that differ in nothing else', () => {
  assert.deepEqual(find(['Makefile', 'makefile', 'MAKEFILE'], 'makefile'), [
    'makefile',
    'MAKEFILE',
    'Makefile',
  ]);
  assert.deepEqual(find(['Makefile', 'makefile'], 'Makefile'), ['Makefile', 'makefile']);
  assert.deepEqual(find(['Straße.txt'], 'STRASSE'), ['Straße.txt']);
});

test('accents do not matter, however they are composed', () => {
  const [composed, apart] = ['caf\u00e9.md', 'cafe\u0301.md'];
  for (const typed of [composed, apart, 'cafe.md', 'CAFÉ']) {
    assert.deepEqual(new Set(find([composed, apart, 'tea.md'], typed)), new Set([composed, apart]), typed);
  }
  assert.equal(find([composed, apart], apart)[0], apart);
  assert.equal(find([composed, apart], composed)[0], composed);
  assert.deepEqual(find(['文書/設計.md', '文書/他.md'], '設計'), ['文書/設計.md']);
  assert.deepEqual(find(['a/👩‍💻.md', 'b.md'], '👩‍💻'), ['a/👩‍💻.md']);
});

test('spaces are part of a name, and between letters nothing', () => {
  const paths = ['docs/My  File.txt', 'docs/my file.txt', 'docs/myfile.txt', 'm/y/f/i/l/e'];
  assert.deepEqual(find(paths, 'my file'), [
    'docs/my file.txt',
    'docs/myfile.txt',
    'docs/My  File.txt',
    'm/y/f/i/l/e',
  ]);
  assert.deepEqual(find([' a', 'a'], ' a')[0], ' a');
  assert.deepEqual(find(['src/web/url.ts', 'src/read/a.ts'], 'src url'), ['src/web/url.ts']);
  assert.equal(find(paths, '   ').length, 4);
});

test('bytes that are not UTF-8, controls and quotes are letters like others', () => {
  const odd = [
    'caf\u{efe9}.txt',
    'a\nb.txt',
    'tab\there',
    `it's "so" <b>.txt`,
    '\u202etxt.exe',
    'back\\slash',
  ];
  for (const path of odd) assert.equal(find(odd, path)[0], path);
  assert.deepEqual(find(odd, 'f\u{efe9}'), ['caf\u{efe9}.txt']);
});

test('stars and a slash at the beginning make a pattern, as in a search', () => {
  assert.deepEqual(find(PATHS, '*.mdx'), ['pages/linux/tar.mdx']);
  assert.deepEqual(find(PATHS, '/docs'), ['docs/avatar.md', 'docs/tar.md']);
  assert.deepEqual(find(PATHS, '/pages/common/tar.md'), ['pages/common/tar.md']);
  assert.deepEqual(find(['a*b', 'axb'], 'a*b'), ['a*b', 'axb']);
  assert.equal(find(PATHS, 'x'.repeat(4096)).length, 0);
});

test('says how many fit, and lists the best of them only', () => {
  const paths = Array.from({length: 500}, (_, at) => `file-${String(at).padStart(3, '0')}`);
  const list = {paths, folded: paths};
  const found = findPaths(list, {typed: 'file', limit: 100});
  assert.equal(found.total, 500);
  assert.deepEqual(found.paths, paths.slice(0, 100));
  assert.deepEqual(findPaths(list, {typed: '', limit: 3}), {paths: paths.slice(0, 3), total: 500});
  assert.deepEqual(findPaths(list, {typed: '*9', limit: 2}), {paths: ['file-009', 'file-019'], total: 50});
});

test('a pattern that takes too long is ended', () => {
  // So many that no machine is through with them in time.
  const path = 'a'.repeat(4000);
  const paths = Array.from({length: 5_000_000}, () => path);
  const {total} = findPaths({paths, folded: paths}, {typed: `${'*a'.repeat(100)}b`, limit: 10});
  assert.equal(total, undefined);
});
