import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {publicOrigin} from '../../../src/web/public-origin.ts';

describe('publicOrigin', () => {
  const cases: [title: string, headers: Record<string, string>, origin: string][] = [
    ['the host of the request', {}, 'http://code.example:8417'],
    ['a proxy that speaks TLS', {'x-forwarded-proto': 'https'}, 'https://code.example:8417'],
    [
      'a proxy of another name',
      {'x-forwarded-host': 'Git.Example', 'x-forwarded-proto': 'HTTPS'},
      'https://git.example',
    ],
    [
      'several proxies: the first one',
      {'x-forwarded-host': 'a.example:444, b.example'},
      'http://a.example:444',
    ],
    ['an address', {'x-forwarded-host': '[::1]:80'}, 'http://[::1]:80'],
    [
      'no name of a host',
      {'x-forwarded-host': 'a.example/x"><b>', 'x-forwarded-proto': 'javascript'},
      'http://code.example:8417',
    ],
  ];
  for (const [title, headers, origin] of cases) {
    test(title, () => {
      const request = new Request('http://code.example:8417/repo', {headers});
      assert.equal(publicOrigin(request), origin);
    });
  }
});
