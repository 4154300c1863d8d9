import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type GitRequestParts, parseGitRequest} from '../../../../src/web/git-http/git-request.ts';

const RPC: GitRequestParts = {
  method: 'POST',
  path: 'git-upload-pack',
  service: undefined,
  contentType: 'application/x-git-upload-pack-request',
  contentEncoding: undefined,
};

test('the two requests of smart HTTP', () => {
  const advertisement = {...RPC, method: 'GET', path: 'info/refs', service: 'git-receive-pack'};
  assert.deepEqual(parseGitRequest(advertisement), {
    kind: 'git',
    service: 'git-receive-pack',
    isAdvertisement: true,
    isGzip: false,
  });
  assert.deepEqual(parseGitRequest({...RPC, contentEncoding: 'gzip'}), {
    kind: 'git',
    service: 'git-upload-pack',
    isAdvertisement: false,
    isGzip: true,
  });
});

for (const [name, parts, status] of [
  ['dumb', {path: 'info/refs', method: 'GET'}, 403],
  ['another service', {path: 'info/refs', method: 'GET', service: 'git-upload-archive'}, 403],
  ['a file of the repository', {path: 'HEAD', method: 'GET'}, 403],
  ['the wrong method', {method: 'GET'}, 405],
  ["a form's type", {contentType: 'text/plain'}, 415],
  ["another service's type", {contentType: 'application/x-git-receive-pack-request'}, 415],
  ['another compression', {contentEncoding: 'br'}, 415],
] as const) {
  test(`${name} is refused`, () => {
    const request = parseGitRequest({...RPC, ...parts});
    assert.equal(request.kind === 'refused' && request.status, status);
  });
}
