import {CtrError} from '../util/ctr-error.ts';
import {killPoint} from '../util/kill-point.ts';
import {runGit, userEnvironment} from './git-process.ts';

/** One value of Git's config, in the order of precedence: a later one wins. */
export interface GitConfigValue {
  /** As Git writes it: section and name in lower case, the subsection unchanged. */
  readonly key: string;
  readonly value: string;
  /** system, global, local, worktree or command. */
  readonly scope: string;
}

/**
 * The values whose keys match the POSIX expression, from the repository's, the user's and the system's config, with
 * conditional includes. A key without a value is `true`, as Git has it.
 * @throws CtrError REPOSITORY, GIT_MISSING
 */
export async function readGitConfig(gitDir: string, pattern: string): Promise<GitConfigValue[]> {
  const output = await runGit(gitDir, ['config', '-z', '--show-scope', '--get-regexp', pattern], {
    env: userEnvironment(),
  }).catch(noneFound);
  const fields = output.toString('utf8').split('\0');
  const values: GitConfigValue[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [key = '', ...rest] = fields[at + 1]!.split('\n');
    values.push({scope: fields[at]!, key, value: rest.length === 0 ? 'true' : rest.join('\n')});
  }
  return values;
}

/** The repository's own config holds exactly these values for the key afterwards; an empty list removes the key. */
export async function putGitConfig(gitDir: string, key: string, values: readonly string[]): Promise<void> {
  const config = (...args: string[]) =>
    runGit(gitDir, ['config', '--local', ...args], {env: userEnvironment()});
  const [first, ...others] = values;
  killPoint(`git config ${key}`);
  if (first === undefined) await config('--unset-all', key).catch(noneFound);
  else await config('--replace-all', key, first);
  for (const value of others) await config('--add', key, value);
}

/** The repository's own config holds the value for the key, after the existing ones. In one step. */
export async function addGitConfig(gitDir: string, key: string, value: string): Promise<void> {
  killPoint(`git config --add ${key}`);
  await runGit(gitDir, ['config', '--local', '--add', key, value], {env: userEnvironment()});
}

/** The repository's own config does not hold this value for the key afterwards; its other values stay. */
export async function deleteGitConfigValue(gitDir: string, key: string, value: string): Promise<void> {
  killPoint(`git config --unset ${key}`);
  const args = ['config', '--local', '--fixed-value', '--unset-all', key, value];
  await runGit(gitDir, args, {env: userEnvironment()}).catch(noneFound);
}

/** The repository's own config has no section `ctr`, nor one of its subsections, afterwards. */
export async function deleteGitConfig(gitDir: string): Promise<void> {
  const keys = (await readGitConfig(gitDir, '^ctr\\.'))
    .filter(({scope}) => scope === 'local')
    .map(({key}) => key);
  for (const key of new Set(keys)) await putGitConfig(gitDir, key, []);
}

// Source: git-config(1): 1: the section or key is invalid or absent, 5: unset of an option that does not exist.
function noneFound(error: unknown): Buffer {
  const code = error instanceof CtrError ? error.data['exitCode'] : undefined;
  if (code === 1 || code === 5) return Buffer.alloc(0);
  throw error;
}
