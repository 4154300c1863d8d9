import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Entry} from '../../../../src/domain/entry.ts';
import {
  excludes,
  hasBlob,
  makeEntry,
  makeRefused,
  makeSubmodule,
  makeUnreadable,
} from '../../../../src/sync/import/make-entry.ts';

const OID = 'ab'.padEnd(40, '0');
const OBJECT_KEY = `index/repo/ab/${OID}`;
const SETTINGS = {repo: 'repo', index: 'index', textMaxBytes: 100, isExcluded: excludes(['secret/'])};

function newEntry(path: string, mode = '100644') {
  return {path, mode, oid: OID, id: 'id', seq: 7, introducedBy: 'c'.repeat(40)};
}

const CASES: [
  name: string,
  path: string,
  blob: string | Buffer | {start: string; sizeBytes: number},
  Partial<Entry>,
][] = [
  ['a text is its content', 'a.txt', 'hello\n', {kind: 'text', content: 'hello\n', objectKey: undefined}],
  [
    'front matter gives fields and the title',
    'a.md',
    '---\ntitle: A page\n---\ntext\n',
    {
      kind: 'text',
      title: 'A page',
      frontMatter: [{key: 'title', type: 'string', value: 'A page'}],
      objectKey: undefined,
    },
  ],
  [
    'a YAML file has none, though it begins in the same way',
    'a.yaml',
    '---\ntitle: A page\n---\n',
    {kind: 'text', frontMatter: [], objectKey: undefined},
  ],
  [
    'a text that is not UTF-8 is an object, too',
    'a.txt',
    Buffer.from('caf\xe9\n', 'latin1'),
    {kind: 'text', objectKey: OBJECT_KEY},
  ],
  [
    'a binary is an object',
    'a.bin',
    Buffer.from([0, 1, 2]),
    {kind: 'binary', content: undefined, frontMatter: [], objectKey: OBJECT_KEY},
  ],
  [
    'a text that is too large is an object',
    'a.txt',
    {start: 'x'.repeat(101), sizeBytes: 5000},
    {content: undefined, sizeBytes: 5000, notIndexed: 'too-large', objectKey: OBJECT_KEY},
  ],
  [
    'what is excluded has no content and no object',
    'secret/a.txt',
    'password\n',
    {content: undefined, frontMatter: [], notIndexed: 'excluded', objectKey: undefined},
  ],
];

describe('makeEntry', () => {
  for (const [name, path, blob, expected] of CASES) {
    test(name, () => {
      const isCut = typeof blob === 'object' && 'start' in blob;
      const bytes = isCut ? Buffer.from(blob.start) : Buffer.from(blob as Buffer);
      const given = newEntry(path);
      const entry = makeEntry(given, {bytes, sizeBytes: isCut ? blob.sizeBytes : bytes.length}, SETTINGS);
      const {id, seq, introducedBy, oid, mode} = entry;
      assert.deepEqual({path: entry.path, id, seq, introducedBy, oid, mode}, given);
      assert.equal(entry.repo, 'repo');
      for (const [member, value] of Object.entries(expected)) {
        assert.deepEqual(entry[member as keyof Entry], value, member);
      }
    });
  }
});

test('what has no bytes here says why, and has no object', () => {
  const unreadable = makeUnreadable(newEntry('a.txt'), 'repo');
  assert.deepEqual([unreadable.notIndexed, unreadable.objectKey], ['unreadable', undefined]);
  const submodule = makeSubmodule(newEntry('lib', '160000'), 'repo');
  assert.deepEqual([submodule.kind, submodule.notIndexed, submodule.sizeBytes], ['submodule', undefined, 0]);
  assert.deepEqual([hasBlob(submodule), hasBlob(unreadable)], [false, true]);
});

test('what the index refuses keeps its place and its bytes', () => {
  const bytes = Buffer.from('---\ntitle: T\n---\nhello\n');
  const entry = makeEntry(newEntry('a.md'), {bytes, sizeBytes: bytes.length}, SETTINGS);
  const {content, title, frontMatter, ...kept} = makeRefused(entry, OBJECT_KEY);
  assert.deepEqual([content, title, frontMatter], [undefined, undefined, []]);
  const {content: _content, title: _title, frontMatter: _fields, ...rest} = entry;
  assert.deepEqual(kept, {...rest, objectKey: OBJECT_KEY, notIndexed: 'refused'});
});

describe('excludes', () => {
  const PATHS = ['a.log', 'b/a.log', 'b/keep.log', 'secret/x', 'b/secret/x', 'a.txt', './a.log', 'A.LOG'];
  for (const [patterns, excluded] of [
    [[], []],
    [['*.log'], ['a.log', 'b/a.log', 'b/keep.log', './a.log']],
    [
      ['*.log', '!keep.log'],
      ['a.log', 'b/a.log', './a.log'],
    ],
    [['/secret/'], ['secret/x']],
    [['secret/'], ['secret/x', 'b/secret/x']],
  ] as const) {
    test(JSON.stringify(patterns), () => {
      assert.deepEqual(PATHS.filter(excludes(patterns)), excluded);
    });
  }

  test('asked more often than it remembers, it says the same', () => {
    const isExcluded = excludes(['*.log']);
    for (let at = 0; at < 25_000; at++) assert.equal(isExcluded(`${at}.log`), true);
    assert.equal(isExcluded('a.txt'), false);
  });
});
