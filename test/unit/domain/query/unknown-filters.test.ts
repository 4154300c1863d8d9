import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Filter} from '../../../../src/domain/query/filters.ts';
import {parseQuery} from '../../../../src/domain/query/parse-query.ts';
import {clausesOf} from '../../../../src/domain/query/query.ts';

test('what looks like a filter and is none is searched for as words, and named', async (t) => {
  const cases: Record<string, [name: string, near: Filter | null][]> = {
    'foo:bar': [['foo', null]],
    '-foo:bar': [['foo', null]],
    'FOO:bar x foo:baz': [['foo', null]],
    'foo:"a phrase"': [['foo', null]],
    'pth:docs': [['pth', 'path']],
    'paths:docs': [['paths', 'path']],
    'exr:ts': [['exr', 'ext']],
    'langs:python': [['langs', 'lang']],
    'sise:1': [['sise', 'size']],
    'substr:x': [['substr', null]],
    'constructor:x __proto__:x': [['constructor', null]],
    // A filter that there is, whatever stands in its value.
    'path:foo:bar ext:ts LANG:python type:text': [],
    'file:readme filename:a.txt extension:ts language:python kind:text': [],
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
      const {unknownFilters, expression} = parseQuery(query);
      assert.deepEqual(
        unknownFilters.map(({name, near}) => [name, near]),
        expected,
      );
      if (expected.length > 0)
        assert.ok([...clausesOf(expression)].some(({clause}) => clause.type === 'words'));
    });
  }
});
