import assert from 'node:assert/strict';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {readConfig} from '../../../src/config/read-config.ts';
import type {SettingKey} from '../../../src/config/settings.ts';
import {CtrError} from '../../../src/util/ctr-error.ts';
import {GitRig} from '../../support/git-rig.ts';

const noFlags = new Map<SettingKey, readonly string[]>();

test('a flag beats the environment, that beats git config, that beats the default', async () => {
  using rig = new GitRig();
  const read = (flags: Map<SettingKey, string[]>, env: NodeJS.ProcessEnv) =>
    readConfig({gitDir: rig.gitDir, flags, env});
  rig.git('config', 'ctr.index.name', 'from-git');
  rig.git('config', 'ctr.text.maxBytes', '3k');
  rig.git('config', '--add', 'ctr.refs', 'refs/heads/*');
  rig.git('config', '--add', 'ctr.refs', '!refs/heads/wip');
  const config = await read(new Map([['ctr.index.name', ['from-flag']]]), {
    CTR_INDEX_NAME: 'from-env',
    CTR_HISTORY: 'refs',
  });
  const shown = (key: SettingKey) => [config.settings[key], config.sources.get(key)];
  assert.deepEqual(shown('ctr.index.name'), ['from-flag', 'flag']);
  assert.deepEqual(shown('ctr.history'), ['refs', 'environment']);
  assert.deepEqual(shown('ctr.text.maxBytes'), [3072, 'git config (local)']);
  assert.deepEqual(shown('ctr.refs'), [['refs/heads/*', '!refs/heads/wip'], 'git config (local)']);
  assert.deepEqual(shown('ctr.index.url'), ['embedded', 'default']);
});

test('what git config says can be told also where something beats it', async () => {
  using rig = new GitRig();
  rig.git('config', '--add', 'ctr.onSync', 'one');
  rig.git('config', '--add', 'ctr.onSync', 'two');
  const env = {CTR_ON_SYNC: 'other', CTR_WEBHOOK: 'https://e.org/x'};
  const {settings, gitValues} = await readConfig({gitDir: rig.gitDir, flags: noFlags, env});
  assert.deepEqual(settings['ctr.onSync'], ['other']);
  assert.deepEqual([...gitValues], [['ctr.onSync', ['one', 'two']]]);
});

test('in the environment lists are words, and command lines are lines', async () => {
  const {settings} = await readConfig({
    gitDir: undefined,
    flags: noFlags,
    env: {CTR_EVENTS_REFS: 'a b', CTR_ON_SYNC: 'say "one"\nsay two'},
  });
  assert.deepEqual(settings['ctr.events.refs'], ['a', 'b']);
  assert.deepEqual(settings['ctr.onSync'], ['say "one"', 'say two']);
});

test('secrets come from the environment, else from a file that nobody else can read', async () => {
  using rig = new GitRig();
  mkdirSync(join(rig.gitDir, 'ctr'));
  writeFileSync(
    join(rig.gitDir, 'ctr', 'secrets'),
    '# for the hook\nCTR_INDEX_PASSWORD=p=w \nCTR_OBJECTS_ACCESS_KEY=a\n',
    {mode: 0o600},
  );
  const {secrets} = await readConfig({
    gitDir: rig.gitDir,
    flags: noFlags,
    env: {CTR_OBJECTS_ACCESS_KEY: 'b'},
  });
  assert.deepEqual(secrets, {CTR_INDEX_PASSWORD: 'p=w', CTR_OBJECTS_ACCESS_KEY: 'b'});
});

test('what cannot be is refused with its source', async () => {
  const bad: [env: NodeJS.ProcessEnv, key: string][] = [
    [{CTR_HISTORY: 'some'}, 'ctr.history'],
    [{CTR_TEXT_MAX_BYTES: '2x'}, 'ctr.text.maxBytes'],
    [{CTR_INDEX_URL: 'ftp://x'}, 'ctr.index.url'],
    [{CTR_INDEX_URL: 'http://u:p@x'}, 'ctr.index.url'],
    [{CTR_INDEX_NAME: 'Upper'}, 'ctr.index.name'],
    [{CTR_ID: 'short'}, 'ctr.id'],
    [{CTR_SERVE_LISTEN: '127.0.0.1:65536'}, 'ctr.serve.listen'],
    [{CTR_WEBHOOK: 'http://u:p@x'}, 'ctr.webhook'],
    [{CTR_WEBHOOK: 'http://x file:///y'}, 'ctr.webhook'],
  ];
  for (const [env, key] of bad) {
    const error = await readConfig({gitDir: undefined, flags: noFlags, env}).then(
      () => assert.fail(`${key} was taken`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof CtrError);
    assert.deepEqual([error.code, error.data['key']], ['CONFIG', key]);
    assert.match(error.hint ?? '', /environment/);
  }
});

test('variables that look like settings and are none are named', async () => {
  const {unknownVariables} = await readConfig({
    gitDir: undefined,
    flags: noFlags,
    env: {CTR_INDX_URL: 'x', CTR_TEST_X: 'y'},
  });
  assert.deepEqual(unknownVariables, ['CTR_INDX_URL']);
});
