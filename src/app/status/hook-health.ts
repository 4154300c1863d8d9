import {type HookState, readHookState} from '../../git/hook.ts';
import {readLauncherState} from '../../git/launcher-state.ts';
import type {GitRepository} from '../../git/repository.ts';
import {version} from '../package.ts';

/** How a repository's hook stands, and whether what it starts starts. */
export interface HookHealth {
  /** `broken`: pushes leave a note, and nothing takes it. */
  readonly hook: HookState['kind'] | 'broken';
  /** One sentence: what is broken, which other version of ctr works on pushes, or why that is not known. Null where there is nothing to say. */
  readonly hookProblem: string | null;
}

export async function readHookHealth(repository: GitRepository): Promise<HookHealth> {
  const {kind} = await readHookState(repository);
  if (kind !== 'installed' && kind !== 'outdated') return {hook: kind, hookProblem: null};
  const launcher = await readLauncherState(repository);
  if ('untried' in launcher) return {hook: kind, hookProblem: launcher.untried};
  if ('problem' in launcher) return {hook: 'broken', hookProblem: launcher.problem};
  const isOther = launcher.version !== version();
  return {hook: kind, hookProblem: isOther ? `pushes are worked on by ctr ${launcher.version}` : null};
}
