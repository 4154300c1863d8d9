import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {SECRETS} from '../../src/config/settings.ts';
import {KEPT_VARIABLES} from '../../src/git/launcher.ts';
import {CtrRig, until} from '../support/ctr-rig.ts';

/** What a person who pushes may have in the environment, and around it. `prefix`: shell words before `git push`. */
const WORLDS: Readonly<Record<string, {env?: (rig: CtrRig) => NodeJS.ProcessEnv; prefix?: string}>> = {
  'NODE_OPTIONS that no Node can start with': {env: () => ({NODE_OPTIONS: '--require /nope.js'})},
  'NODE_OPTIONS behind a line that looks like another variable': {
    env: () => ({A_TEXT: 'x\nPATH=/nope\nCTR_INDEX_PASSWORD=', NODE_OPTIONS: '--require "/it\'s\nnope.js"'}),
  },
  'variables in another encoding': {
    prefix: "NODE_OPTIONS=$(printf -- '--require /\\377.js') LC_ALL=C.UTF-8; export NODE_OPTIONS LC_ALL;",
  },
  'NODE_PATH and certificates that are not there': {
    env: () => ({NODE_PATH: '/nope', NODE_EXTRA_CA_CERTS: '/nope.pem', SSL_CERT_FILE: '/nope.pem'}),
  },
  'a NODE_V8_COVERAGE that cannot be written': {env: () => ({NODE_V8_COVERAGE: '/proc/nope'})},
  'LD_PRELOAD of a library that is not there': {env: () => ({LD_PRELOAD: '/nope.so'})},
  'BASH_ENV and ENV that end every shell': {
    env: (rig) => ({BASH_ENV: fileOf(rig, 'exit 9\n'), ENV: fileOf(rig, 'exit 9\n')}),
  },
  'settings of another index': {
    env: () => ({
      CTR_EXCLUDE: '*',
      CTR_INDEX_NAME: 'another',
      CTR_HISTORY: 'refs',
      CTR_TIMEOUT_SECONDS: 'no',
    }),
  },
  'Git variables about another repository': {
    env: () => ({GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'ctr.exclude', GIT_CONFIG_VALUE_0: '*'}),
  },
  'a variable that shells keep read-only': {env: () => ({SHELLOPTS: 'braceexpand', UID: '7', PPID: '1'})},
  'no HOME': {prefix: 'unset HOME;'},
  // Below a file, where root cannot make them.
  'a HOME and a TMPDIR that are not there': {env: () => ({HOME: '/dev/null/nope', TMPDIR: '/dev/null/nope'})},
  'a PATH with no program on it but Git': {
    env: (rig) => {
      const bin = join(rig.root, 'bin');
      mkdirSync(bin);
      const git = spawnSync('sh', ['-c', 'command -v git'], {env: rig.env, encoding: 'utf8'}).stdout.trim();
      writeFileSync(join(bin, 'git'), `#!/bin/sh\nexec ${git} "$@"\n`, {mode: 0o755});
      return {PATH: bin};
    },
  },
  'a umask that gives nobody anything': {prefix: 'umask 077;'},
  'a small limit of its own for files and memory': {prefix: 'ulimit -S -f 64; ulimit -S -v 1000000;'},
  'signals that are ignored, and no stdin': {prefix: "trap '' PIPE HUP TERM INT; exec <&-;"},
  'the lowest priority': {prefix: 'nice -n 19 true;'},
};

test('a push is indexed whatever the person who pushes has in the environment', async (t) => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  for (const [name, {env, prefix = ''}] of Object.entries(WORLDS)) {
    await t.test(name, async () => {
      rig.commit(name, {'a.txt': `${name}\n`});
      const push = spawnSync('/bin/sh', ['-c', `${prefix} git push --quiet origin main`], {
        cwd: rig.work,
        env: {...rig.env, ...env?.(rig)},
        encoding: 'utf8',
      });
      assert.equal(push.status, 0, push.stderr);
      await until(async () => (await rig.countNotes()) === 0, `the queue to drain: ${rig.readWorkerLog()}`);
      const {refs} = await rig.json<{refs: {commit: string}[]}>('refs');
      assert.deepEqual(refs[0]?.commit, rig.git('rev-parse', 'main'));
    });
  }
  await rig.assertEqualsGit();
});

test('handlers see no variable of the person who pushes or syncs, and their settings all the same', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  const seen = join(rig.root, 'seen');
  rig.configure({'ctr.onSync': `env >>${seen}; echo end >>${seen}`});
  const world = {A_TEXT: 'x', NODE_OPTIONS: '--no-warnings', TZ: 'Asia/Tokyo', CTR_WEBHOOK_SECRET: 'kept'};
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const push = spawnSync('git', ['push', '--quiet', 'origin', 'main'], {
    cwd: rig.work,
    env: {...rig.env, ...world},
  });
  assert.equal(push.status, 0);
  await rig.assertQueueDrains();
  await rig.assertEventsDelivered();
  rig.commit('two', {'a.txt': 'after the rain\n'});
  rig.configure({'core.hooksPath': '/dev/null'});
  rig.push('main');
  const sync = await rig.spawnCtr(['sync'], {env: {...rig.env, ...world}, cwd: rig.gitDir});
  assert.equal(sync.code, 0, sync.stderr);
  await rig.assertEventsDelivered();
  const [afterPush = '', afterSync = ''] = readFileSync(seen, 'utf8').split('end\n');
  for (const text of [afterPush, afterSync]) {
    assert.doesNotMatch(text, /^(A_TEXT|NODE_OPTIONS)=/m);
    assert.match(text, /^TZ=Asia\/Tokyo$/m);
    assert.match(text, /^CTR_REF=refs\/heads\/main$/m);
  }
});

test('every secret that a worker needs may come from the environment of the push', () => {
  // Old stores are for prune, forget and purge, which people run.
  const needed = SECRETS.filter((name) => !name.startsWith('CTR_OLD_'));
  assert.deepEqual(
    needed.filter((name) => !(KEPT_VARIABLES as readonly string[]).includes(name)),
    [],
  );
});

function fileOf(rig: CtrRig, text: string): string {
  const file = join(rig.root, 'script');
  writeFileSync(file, text);
  return file;
}
