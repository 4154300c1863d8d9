import {spawnSync} from 'node:child_process';
import {delimiter, join} from 'node:path';

const MAJOR_MIN = 24;

/** A Node that ctr itself cannot run on: the one that CTR_TEST_OLD_NODE names, else the first on the PATH. */
export function findOldNode(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['CTR_TEST_OLD_NODE'];
  const found = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return (named ? [named] : found).find((program) => {
    const {stdout} = spawnSync(program, ['--version'], {encoding: 'utf8'});
    return stdout !== null && Number(/^v(\d+)\./.exec(stdout)?.[1] ?? MAJOR_MIN) < MAJOR_MIN;
  });
}
