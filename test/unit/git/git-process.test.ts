import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {
  feed,
  joinLines,
  lastWords,
  plumbingEnvironment,
  runGit,
  spawnGit,
} from '../../../src/git/git-process.ts';
import {GitRig} from '../../support/git-rig.ts';

describe('runGit', () => {
  it('gives what git writes, from what it is given on stdin', async () => {
    using rig = new GitRig();
    const oid = await runGit(rig.gitDir, ['hash-object', '-w', '--stdin'], {input: 'hello\n'});
    assert.equal(oid.toString(), 'ce013625030ba8dba906f756967f9e9ca394464a\n');
  });

  it("fails with git's own last line", async () => {
    using rig = new GitRig();
    await assert.rejects(runGit(rig.gitDir, ['cat-file', '-p', '0'.repeat(40)]), {
      code: 'REPOSITORY',
      message: `git cat-file failed: Not a valid object name ${'0'.repeat(40)}`,
    });
  });

  it('fails when git writes more than the caller can hold', async () => {
    using rig = new GitRig();
    const oid = rig.blob(Buffer.alloc(300_000));
    await assert.rejects(runGit(rig.gitDir, ['cat-file', '-p', oid], {outputMaxBytes: 100_000}), {
      code: 'REPOSITORY',
      message: 'git cat-file wrote more than 100000 bytes',
    });
  });

  it('says so when there is no git', async () => {
    const env = {...plumbingEnvironment(), PATH: '/nonexistent'};
    await assert.rejects(runGit('/nonexistent', ['version'], {env}), {code: 'GIT_MISSING'});
  });

  it('needs no reader for its stdin', async () => {
    using rig = new GitRig();
    await runGit(rig.gitDir, ['rev-parse', '--git-dir'], {input: Buffer.alloc(4_000_000)});
  });
});

describe('the environment of git', () => {
  it('obeys no GIT_ variable of ours and no configuration but the repository’s', async (t) => {
    using rig = new GitRig();
    using other = new GitRig();
    writeFileSync(join(rig.home, '.gitconfig'), '[user]\n\tname = somebody\n');
    const before = {...process.env};
    t.after(() => Object.assign(process.env, before));
    Object.assign(process.env, {HOME: rig.home, GIT_DIR: other.gitDir, GIT_CONFIG_COUNT: '1'});
    t.after(() => {
      delete process.env.GIT_DIR;
      delete process.env.GIT_CONFIG_COUNT;
    });
    const dir = await runGit(rig.gitDir, ['rev-parse', '--absolute-git-dir']);
    assert.equal(dir.toString().trim(), rig.gitDir);
    await assert.rejects(runGit(rig.gitDir, ['config', 'user.name']), {
      data: {exitCode: 1, signal: null, stderr: ''},
    });
  });

  it('shows objects as they are, not as replaced', async () => {
    using rig = new GitRig();
    const [first, second] = [rig.blob('first'), rig.blob('second')];
    rig.git('replace', first, second);
    assert.equal((await runGit(rig.gitDir, ['cat-file', 'blob', first])).toString(), 'first');
  });

  it('reads the repository of another user', {skip: process.getuid?.() !== 0 && 'needs root'}, async () => {
    using rig = new GitRig();
    const oid = rig.blob('theirs');
    chmodSync(rig.root, 0o755);
    execFileSync('chown', ['-R', '12345', rig.gitDir]);
    assert.equal((await runGit(rig.gitDir, ['cat-file', 'blob', oid])).toString(), 'theirs');
    chownSync(rig.gitDir, 0, 0);
  });
});

describe('spawnGit', () => {
  it('leaves no process behind when its output is not read', async () => {
    using rig = new GitRig();
    const oid = rig.blob(Buffer.alloc(10_000_000));
    {
      await using git = spawnGit(rig.gitDir, ['cat-file', 'blob', oid]);
      for await (const chunk of git.stdout) {
        assert.ok(chunk.length > 0);
        break;
      }
    }
    assert.equal(countChildren(), 0);
  });

  it('leaves no process behind when it waits for input', async () => {
    using rig = new GitRig();
    {
      await using git = spawnGit(rig.gitDir, ['cat-file', '--batch']);
      assert.equal(git.stderrTail(), '');
    }
    assert.equal(countChildren(), 0);
  });

  it('survives a git that ends before it has read everything', async () => {
    using rig = new GitRig();
    await using git = spawnGit(rig.gitDir, ['rev-parse', '--git-dir']);
    await feed(git.stdin, endlessLines());
    await git.stdout.resume().toArray();
    await git.finish();
  });

  it('says by which signal it ended', async () => {
    using rig = new GitRig();
    await using git = spawnGit(rig.gitDir, ['cat-file', '--batch']);
    const failure = assert.rejects(git.finish(), {message: 'git cat-file failed: SIGKILL'});
    await git[Symbol.asyncDispose]();
    await failure;
  });
});

describe('lastWords', () => {
  it('prefers the line that says what is fatal over hints after it', () => {
    assert.equal(lastWords('warning: w\nerror: a\nfatal: b\nhint: c\n'), 'a; b');
    assert.equal(lastWords('something\nelse\n'), 'else');
    assert.equal(lastWords('\n'), undefined);
  });
});

describe('joinLines', () => {
  it('joins lines, all of them, in order', () => {
    const lines = Array.from({length: 10_000}, (_, index) => `line ${index}`);
    const parts = [...joinLines(lines)];
    assert.equal(parts.join(''), `${lines.join('\n')}\n`);
    assert.ok(parts.length < 20);
    assert.deepEqual([...joinLines([])], []);
  });
});

function* endlessLines(): Generator<string> {
  for (;;) yield 'x\n'.repeat(10_000);
}

/** Children of this process that are git, zombies too. */
function countChildren(): number {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/stat`)) return false;
    return isOurGit(pid);
  }).length;
}

function isOurGit(pid: string): boolean {
  try {
    const stat = execFileSync('cat', [`/proc/${pid}/stat`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return stat.includes('(git)') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid);
  } catch {
    return false;
  }
}
