import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {GitRig} from '../support/git-rig.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const HEAP_MB = 100;
const COMMITS = 200;
const MESSAGE = `a long story\n\n${'some words to say \n'.repeat(50_000)}`;

test('commits with twice as much to say as there is memory are imported, listed and verified', () => {
  using rig = new GitRig();
  const commits = Array.from({length: COMMITS}, (_, i) => [
    `commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + i} +0000\n`,
    `data ${MESSAGE.length}\n${MESSAGE}\nM 100644 inline count.txt\ndata 3\n${100 + i}\n`,
  ]);
  rig.fastImport(commits.flat().join(''));
  const ctr = (...args: string[]) => {
    const {status, signal, stdout, stderr} = spawnSync(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, CTR, ...args, '--repo', rig.gitDir],
      {env: rig.env, encoding: 'utf8', maxBuffer: 2 ** 30},
    );
    assert.equal(status, 0, `ctr ${args.join(' ')}: ${signal} ${stderr.slice(-2000)}`);
    return stdout;
  };
  ctr('install');
  const log = JSON.parse(ctr('log', '--json')) as {commits: {subject: string}[]};
  assert.equal(log.commits.length, COMMITS);
  assert.ok(log.commits.every(({subject}) => subject === 'a long story'));
  ctr('verify');
  ctr('prune');
});
