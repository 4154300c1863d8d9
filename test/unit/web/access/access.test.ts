import assert from 'node:assert/strict';
import {chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {judge, parseSecret} from '../../../../src/web/access/access.ts';
import {createToken, findToken, listTokens, revokeToken} from '../../../../src/web/access/token-files.ts';

const now = new Date('2026-01-02T03:04:05Z');
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test('a token is the password of any user, or a bearer token', () => {
  assert.equal(parseSecret(basic('ada:secret')), 'secret');
  assert.equal(parseSecret(basic(':se:cret')), 'se:cret');
  assert.equal(parseSecret('bearer ctr_a-b_c'), 'ctr_a-b_c');
  for (const header of [undefined, '', 'Basic', 'Basic %%%', basic('ada'), basic('ada:'), 'Digest a="b"']) {
    assert.equal(parseSecret(header), undefined, header);
  }
});

describe('tokens', () => {
  test('the secret is found again and is nowhere on the disk', async () => {
    using place = openPlace();
    const secret = await createToken(place.directory, {name: 'ada', scope: 'push', now});
    await createToken(place.directory, {name: 'bob', scope: 'read', now});
    assert.match(secret, /^ctr_[\w-]{43}$/);
    const ada = {name: 'ada', scope: 'push', createdAt: now.toISOString()};
    assert.deepEqual(await findToken(place.directory, secret), ada);
    assert.equal(await findToken(place.directory, `${secret}x`), undefined);
    assert.deepEqual(
      (await listTokens(place.directory)).map(({name}) => name),
      ['ada', 'bob'],
    );
    assert.deepEqual(readdirSync(place.directory), ['ada.json', 'bob.json']);
    const file = join(place.directory, 'ada.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8').includes(secret.slice(4)), false);
  });

  test('a name is taken once, until it is revoked', async () => {
    using place = openPlace();
    const first = await createToken(place.directory, {name: 'ada', scope: 'read', now});
    await assert.rejects(createToken(place.directory, {name: 'ada', scope: 'push', now}), {code: 'USAGE'});
    assert.deepEqual(readdirSync(place.directory), ['ada.json']);
    await revokeToken(place.directory, 'ada');
    assert.equal(await findToken(place.directory, first), undefined);
    await assert.rejects(revokeToken(place.directory, 'ada'), {code: 'NOT_FOUND'});
    await createToken(place.directory, {name: 'ada', scope: 'push', now});
  });

  test('where nothing can be written: one sentence and a hint', async () => {
    using place = openPlace();
    await createToken(place.directory, {name: 'ada', scope: 'read', now});
    const file = join(place.directory, 'ada.json');
    await assert.rejects(createToken(file, {name: 'bob', scope: 'read', now}), {code: 'CONFIG'});
    await assert.rejects(createToken(join(file, 'x'), {name: 'bob', scope: 'read', now}), {code: 'CONFIG'});
  });

  test('a name is no path', async () => {
    using place = openPlace();
    for (const name of ['../a', 'a/b', '.a', '', 'a\n', 'a.json']) {
      await assert.rejects(createToken(place.directory, {name, scope: 'read', now}), {code: 'USAGE'}, name);
    }
  });

  test('one that others can read opens nothing', async () => {
    using place = openPlace();
    const secret = await createToken(place.directory, {name: 'ada', scope: 'read', now});
    chmodSync(join(place.directory, 'ada.json'), 0o640);
    await assert.rejects(findToken(place.directory, secret), {code: 'CONFIG'});
  });
});

describe('who may', () => {
  test('read where it is open: everybody, whatever they say they are', async () => {
    const access = {isReadTokenRequired: false, tokensDirectory: undefined};
    assert.equal((await judge(access, 'read', basic('a:b'))).kind, 'allowed');
    assert.equal((await judge(access, 'push', undefined)).kind, 'off');
  });

  test('read with any token, push with one for pushing', async () => {
    using place = openPlace();
    const access = {isReadTokenRequired: true, tokensDirectory: place.directory};
    const verdict = async (scope: 'read' | 'push', secret?: string) =>
      (await judge(access, scope, secret && `Bearer ${secret}`)).kind;
    assert.equal(await verdict('read'), 'off');
    const reading = await createToken(place.directory, {name: 'reading', scope: 'read', now});
    assert.equal(await verdict('read'), 'unknown');
    assert.equal(await verdict('read', reading), 'allowed');
    assert.equal(await verdict('push', reading), 'insufficient');
    assert.equal(await verdict('push'), 'off');
    const pushing = await createToken(place.directory, {name: 'pushing', scope: 'push', now});
    assert.equal(await verdict('push'), 'unknown');
    assert.equal(await verdict('push', 'ctr_wrong'), 'unknown');
    assert.equal(await verdict('push', pushing), 'allowed');
    assert.equal(await verdict('read', pushing), 'allowed');
  });
});

function openPlace(): {directory: string} & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'ctr-tokens-'));
  return {
    directory: join(root, 'tokens'),
    [Symbol.dispose]: () => rmSync(root, {recursive: true}),
  };
}
