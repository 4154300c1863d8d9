import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {CtrRig} from './ctr-rig.ts';

/** Pushes to a repository wait in their pre-receive hook. */
export interface HeldPushes {
  /** True if a push waits. */
  readonly isReached: () => boolean;
  /** Pushes go on. */
  readonly open: () => void;
  /** The hook is gone afterwards. */
  readonly remove: () => void;
}

/** Pushes wait from now on, until they are let go on. */
export function holdPushes(rig: CtrRig): HeldPushes {
  const hook = join(rig.gitDir, 'hooks', 'pre-receive');
  const [reached, opened] = [join(rig.root, 'reached'), join(rig.root, 'open')];
  const code = `#!/bin/sh\ntouch '${reached}'\nwhile [ ! -e '${opened}' ]; do sleep 0.02; done\n`;
  writeFileSync(hook, code, {mode: 0o755});
  return {
    isReached: () => existsSync(reached),
    open: () => writeFileSync(opened, ''),
    remove() {
      for (const file of [hook, reached, opened]) rmSync(file, {force: true});
    },
  };
}
