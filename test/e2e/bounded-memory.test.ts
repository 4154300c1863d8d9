import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {GitRig} from '../support/git-rig.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const HEAP_MB = 100;
const COMMITS = 1000;
/** Two bytes each in memory, and all of it one line. */
const MESSAGE = 'долго говорить, '.repeat(4000);

test('commits with more to say than there is memory are imported, listed and verified', () => {
  using rig = new GitRig();
  const message = Buffer.from(MESSAGE);
  const commits = Array.from({length: COMMITS}, (_, i) => [
    Buffer.from(`commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + i} +0000\n`),
    Buffer.from(`data ${message.length}\n`),
    message,
    Buffer.from(`\nM 100644 inline count.txt\ndata 4\n${1000 + i}\n`),
  ]);
  rig.fastImport(Buffer.concat(commits.flat()));
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
  assert.ok(log.commits.every(({subject}) => subject === MESSAGE.slice(0, 4096)));
  ctr('verify', '--all-commits');
  ctr('prune');
  ctr('reindex');
});
