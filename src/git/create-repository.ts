import {execFile} from 'node:child_process';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {promisify} from 'node:util';
import {CtrError} from '../util/ctr-error.ts';
import {lastWords, startFailure, withoutGitVariables} from './git-process.ts';

/**
 * A bare repository is at `dir` afterwards: empty, or with every ref of `from`. A failure leaves nothing behind.
 * @throws REPOSITORY if `dir` exists already, or `from` cannot be read; GIT_MISSING
 */
export async function createRepository(
  dir: string,
  {from, cwd}: {from: string | undefined; cwd: string},
): Promise<void> {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new CtrError('REPOSITORY', `${dir} exists already`, {
      hint: 'To index a repository that is there, use `ctr install`.',
    });
  }
  // `--mirror` also sets a fetch refspec, so that `git remote update` follows the source.
  const args =
    from === undefined
      ? ['init', '--bare', '--quiet', '--', dir]
      : ['clone', '--mirror', '--quiet', '--', from, dir];
  try {
    await promisify(execFile)('git', args, {
      cwd,
      env: {...withoutGitVariables(process.env), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0'},
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw startFailure(cause as Error);
    rmSync(dir, {recursive: true, force: true});
    const words = lastWords((cause as {stderr?: string}).stderr ?? '') ?? 'git failed';
    throw new CtrError('REPOSITORY', `cannot create ${dir}: ${words}`, {
      hint:
        from === undefined
          ? 'May this user write there?'
          : 'Is the source a Git repository that this user may read?',
      cause,
    });
  }
}
