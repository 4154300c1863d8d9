import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseQuery} from '../../../src/domain/parse-query.ts';
import type {Filter} from '../../../src/domain/unknown-filters.ts';

test('what looks like a filter and is none is searched for as words, and named', async (t) => {
  const cases: Record<string, [name: string, near: Filter | null][]> = {
    'foo:bar': [['foo', null]],
    '-foo:bar': [['foo', null]],
    'FOO:bar x foo:baz': [['foo', null]],
    'foo:"a phrase"': [['foo', null]],
    'pth:docs': [['pth', 'path']],
    'paths:docs': [['paths', 'path']],
    'file:readme': [['file', 'path']],
    'filename:a.txt': [['filename', 'path']],
    'extension:ts': [['extension', 'ext']],
    'exr:ts': [['exr', 'ext']],
    'language:python': [['language', 'lang']],
    'langs:python': [['langs', 'lang']],
    'typ:binary kind:text': [
      ['typ', 'type'],
      ['kind', 'type'],
    ],
    'repo:linux author:ada': [
      ['repo', null],
      ['author', null],
    ],
    'constructor:x __proto__:x': [['constructor', null]],
    // A filter that there is, whatever stands in its value.
    'path:foo:bar ext:ts LANG:python type:text': [],
    'path:"a b:c"': [],
    // Words.
    '"foo:bar"': [],
    'http://x https://example.org/a:b': [],
    'std::vector Foo::bar': [],
    '12:30 2026-01-01T12:30:00': [],
    'C:\\temp x:y': [],
    'todo: note:': [],
    'mailto:a@example.org urn:isbn:1 data:image/png localhost:8080': [],
    'git@host:path example.org:80': [],
    '--foo:bar': [],
    ':foo a:': [],
  };
  for (const [query, expected] of Object.entries(cases)) {
    await t.test(query, () => {
      const {unknownFilters = [], clauses} = parseQuery(query);
      assert.deepEqual(
        unknownFilters.map(({name, near}) => [name, near]),
        expected,
      );
      if (expected.length > 0) assert.ok(clauses.some(({type}) => type === 'words'));
    });
  }
});

test('a glob for an unknown filter is told what filters there are', () => {
  assert.throws(() => parseQuery('file:*.md'), {
    hint: /^file: is no filter\. Filters are path:, ext:, lang:, type:\./,
  });
});
