import {readGitConfig} from './git-config.ts';

/** A key and its value, as `git -c` takes them. */
export type GitSetting = readonly [key: string, value: string];

/**
 * What a served repository allows unless its owner says otherwise, by the key that the owner would say it with:
 * partial clones (`--filter`), and, for the protocols before version 2, to fetch what such a clone left out; version 2
 * lets every client ask for any object by itself. A filter by a pushed file of patterns is not among it: each path is
 * matched with each pattern, which costs minutes where somebody means it to.
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
 * The defaults of a fetch that the configuration of repository, user and system leaves open.
 * @throws CtrError REPOSITORY, GIT_MISSING
 */
export async function readFetchDefaults(gitDir: string): Promise<GitSetting[]> {
  const said = new Set((await readGitConfig(gitDir, '^uploadpack')).map(({key}) => key));
  return DEFAULTS.filter(({keys}) => !keys.some((key) => said.has(key))).map(({setting}) => setting);
}
