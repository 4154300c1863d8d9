import {readGitConfig} from './git-config.ts';

/** A key and its value, as `git -c` takes them. */
export type GitSetting = readonly [key: string, value: string];

/**
 * Permissions of a served repository, each with the keys by which its owner can change it: partial clones (`--filter`),
 * and, for the protocols before version 2, fetching the objects that such a clone left out (version 2 lets every client
 * ask for any object). A filter by a pushed file of patterns is forbidden: git matches each path with each pattern,
 * which an attacker can make cost minutes.
 */
const DEFAULTS: readonly {readonly setting: GitSetting; readonly keys: readonly string[]}[] = [
  {setting: ['uploadpack.allowFilter', 'true'], keys: ['uploadpack.allowfilter']},
  {setting: ['uploadpack.allowAnySHA1InWant', 'true'], keys: ['uploadpack.allowanysha1inwant']},
  {
    setting: ['uploadpackfilter.sparse:oid.allow', 'false'],
    keys: ['uploadpackfilter.sparse:oid.allow', 'uploadpackfilter.allow'],
  },
];

/**
 * The defaults of a fetch that the configuration of repository, user and system does not set.
 * @throws CtrError REPOSITORY, GIT_MISSING
 */
export async function readFetchDefaults(gitDir: string): Promise<GitSetting[]> {
  const said = new Set((await readGitConfig(gitDir, '^uploadpack')).map(({key}) => key));
  return DEFAULTS.filter(({keys}) => !keys.some((key) => said.has(key))).map(({setting}) => setting);
}
