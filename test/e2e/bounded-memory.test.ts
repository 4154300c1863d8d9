import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {GitRig} from '../support/git-rig.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const HEAP_MB = 100;
const COMMITS = 1000;
const WIDE_COMMITS = 120;
const WIDE_PATHS = 2000;
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
  ctr(rig, 'install');
  const log = JSON.parse(ctr(rig, 'log', '--json')) as {commits: {subject: string}[]};
  assert.equal(log.commits.length, COMMITS);
  assert.ok(log.commits.every(({subject}) => subject === MESSAGE.slice(0, 4096)));
  ctr(rig, 'verify', '--all-commits');
  ctr(rig, 'prune');
  ctr(rig, 'reindex');
});

test('commits that change more paths than there is memory are imported, listed and verified', () => {
  using rig = new GitRig();
  const name = 'x'.repeat(200);
  const versions = ['one\n', 'two\n'].map((content, mark) => `blob\nmark :${mark + 1}\ndata 4\n${content}\n`);
  const commits = Array.from({length: WIDE_COMMITS}, (_, i) => {
    const paths = Array.from(
      {length: WIDE_PATHS},
      (_, at) => `M 100644 :${(i % 2) + 1} d${at % 20}/${name}${at}\n`,
    );
    return `commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + i} +0000\ndata 0\n${paths.join('')}`;
  });
  rig.fastImport(Buffer.from([...versions, ...commits].join('')));
  ctr(rig, 'install');
  const log = JSON.parse(ctr(rig, 'log', '--json')) as {commits: {pathsTotal: number}[]};
  assert.equal(log.commits.length, WIDE_COMMITS);
  assert.ok(log.commits.every(({pathsTotal}) => pathsTotal === WIDE_PATHS));
  const verified = ctr(rig, 'verify', '--all-commits', '--json').trim().split('\n').at(-1)!;
  const {checked} = JSON.parse(verified) as {checked: {records: number; trees: number}};
  assert.deepEqual([checked.records, checked.trees], [WIDE_COMMITS, WIDE_COMMITS]);
  ctr(rig, 'prune');
  ctr(rig, 'reindex');
});

function ctr(rig: GitRig, ...args: string[]): string {
  const {status, signal, stdout, stderr} = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, CTR, ...args, '--repo', rig.gitDir],
    {env: rig.env, encoding: 'utf8', maxBuffer: 2 ** 30},
  );
  assert.equal(status, 0, `ctr ${args.join(' ')}: ${signal} ${stderr.slice(-2000)}`);
  return stdout;
}
