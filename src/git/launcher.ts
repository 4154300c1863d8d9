/**
 * The variables that ctr's background processes inherit from the process that started them, as patterns of a shell's
 * `case`: the search path, the user's home and Git's user configuration, the language of messages, the time zone, the
 * temporary folder, and secrets. All others belong to the person who pushes, and not to the repository:
 * NODE_OPTIONS or LD_PRELOAD would end the worker, CTR_* would fill another index, GIT_* are about this one push.
 */
export const KEPT_VARIABLES = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'XDG_CONFIG_HOME',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'TMPDIR',
  'CTR_INDEX_PASSWORD',
  'CTR_OBJECTS_ACCESS_KEY',
  'CTR_OBJECTS_SECRET_KEY',
  'CTR_WEBHOOK_SECRET',
] as const;

/** Where `env`, `sed` and `git` are, in case that the PATH of a push has none of these. */
const PATH_ALWAYS = '/usr/local/bin:/usr/bin:/bin';

/**
 * The script `ctr/run`, which starts `command` with the arguments of the script and only the variables above. Each word
 * of the command is quoted for the shell.
 *
 * Variables are removed by name and not passed to `env -i`, which would put their values in the process list. A line of
 * `env` that continues a value can look like a name; removing a variable that is not set does nothing.
 * @throws RangeError on a NUL, which no argument can contain.
 */
export function launcherScript(command: readonly string[]): string {
  return `#!/bin/sh
# Written by "ctr install": starts ctr, with few of the caller's variables. The post-receive hook runs it.
PATH=\${PATH:+$PATH:}${PATH_ALWAYS}
for name in $(env | LC_ALL=C sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do
	case $name in
	${KEPT_VARIABLES.join(' | ')}) ;;
	# "command": a variable that a shell keeps read-only must not end the script.
	*) command unset "$name" 2>/dev/null ;;
	esac
done
# A limit that the caller set for itself is lifted as far as the system lets it.
for limit in c d f t v; do
	ulimit -S -"$limit" "$(ulimit -H -"$limit")"
done 2>/dev/null
exec ${command.map(quoteWord).join(' ')} "$@"
`;
}

/** The variables of `env` that the launcher keeps. */
export function launcherEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)));
}

function isKept(name: string): boolean {
  return KEPT_VARIABLES.some((kept) => {
    return kept.endsWith('*') ? name.startsWith(kept.slice(0, -1)) : name === kept;
  });
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('an argument cannot hold a NUL');
  return `'${word.replaceAll("'", "'\\''")}'`;
}
