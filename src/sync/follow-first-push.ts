import {encodePath} from '../domain/path.ts';
import {moveUnbornHead} from '../git/head.ts';
import type {Observation} from './observe.ts';
import type {SyncDeps} from './sync-run.ts';

/** What hosts prefer for a new repository's default branch. */
const PREFERRED = ['refs/heads/main', 'refs/heads/master'];

/**
 * What was seen, with HEAD as it is now: on the first push to an empty bare repository HEAD follows, where it names a
 * branch that nobody has pushed, as hosts do. Never later, and never where the index is new (claimed by an install, or not
 * even that): then the branches were there before ctr, and HEAD is somebody's choice.
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

/** The branch that HEAD is to follow; undefined where it leads somewhere, or this is not the first push. */
export function chooseBranch({head, wanted, indexed, broken, record}: Observation): string | undefined {
  if (record?.boundary === undefined || head === undefined) return undefined;
  if (wanted.has(head) || broken.includes(head)) return undefined;
  // Tombstones too: where a branch was deleted, this is not the first one.
  if ([...indexed.values()].some(({kind}) => kind === 'branch')) return undefined;
  const branches = [...wanted.keys()].filter((name) => name.startsWith('refs/heads/') && isText(name));
  return PREFERRED.find((name) => branches.includes(name)) ?? branches.sort()[0];
}

/** Whether the name can be given to Git as it is. */
function isText(name: string): boolean {
  return encodePath(name).equals(Buffer.from(name));
}
