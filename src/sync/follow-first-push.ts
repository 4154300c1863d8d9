import {encodePath} from '../domain/path.ts';
import {moveUnbornHead} from '../git/head.ts';
import type {Observation} from './observe.ts';
import type {SyncDeps} from './sync-run.ts';

/** Preferred default branches of a new repository. */
const PREFERRED = ['refs/heads/main', 'refs/heads/master'];

/**
 * Returns the observation with the current HEAD. On the first push to an empty bare repository, HEAD follows the push if it
 * names a branch that was never pushed, as on hosting sites. It never does so later, nor if the index is new (just claimed
 * by an install, or not claimed): then the branches are older than ctr, and HEAD is a choice of the owner.
 */
export async function followFirstPush(
  {repository, listRefs}: SyncDeps,
  observation: Observation,
): Promise<Observation> {
  const to = listRefs ? undefined : chooseBranch(observation);
  const {head: from} = observation;
  if (from === undefined || to === undefined) return observation;
  return (await moveUnbornHead(repository, {from, to})) ? {...observation, head: to} : observation;
}

/** The branch for HEAD; undefined if HEAD leads to a commit, or if this is not the first push. */
export function chooseBranch({head, wanted, indexed, broken, record}: Observation): string | undefined {
  if (record?.boundary === undefined || head === undefined) return undefined;
  if (wanted.has(head) || broken.includes(head)) return undefined;
  // Tombstones, too: if a branch was deleted, this is not the first push.
  if ([...indexed.values()].some(({kind}) => kind === 'branch')) return undefined;
  const branches = [...wanted.keys()].filter((name) => name.startsWith('refs/heads/') && isText(name));
  return PREFERRED.find((name) => branches.includes(name)) ?? branches.sort()[0];
}

/** True if the name can be passed to Git unchanged. */
function isText(name: string): boolean {
  return encodePath(name).equals(Buffer.from(name));
}
