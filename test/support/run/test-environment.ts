import {delimiter, dirname, join} from 'node:path';

/**
 * The environment of the tests: nothing of the developer's Git, ctr or home folder shows through.
 * GIT_* is dropped as well, since `npm test` may run inside a hook, which has GIT_DIR set.
 */
export function testEnvironment(
  inherited: NodeJS.ProcessEnv,
  {runDir, servers}: {runDir: string; servers: Record<string, string>},
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !isPrivate(name));
  return {
    ...Object.fromEntries(kept),
    ...servers,
    HOME: join(runDir, 'home'),
    // What a test forgets to remove goes with the run.
    TMPDIR: join(runDir, 'tmp'),
    // The name that Node gives it in TMPDIR: the tests share it with the ctr that they start.
    NODE_COMPILE_CACHE: join(runDir, 'tmp', 'node-compile-cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    TZ: 'UTC',
    // Hooks call `node`: it must be this one, however the run was started.
    PATH: [dirname(process.execPath), inherited.PATH ?? ''].join(delimiter),
  };
}

/** The addresses of servers are dropped too: only those that were found to answer are set again. */
function isPrivate(name: string): boolean {
  if (/^CTR_TEST_(OPENSEARCH|S3)_/.test(name)) return true;
  return /^(GIT_|XDG_|CTR_(?!TEST_))/.test(name);
}
