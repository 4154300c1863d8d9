import {streamCommits} from '../../git/commit-stream.ts';
import {isOid} from '../../git/oid.ts';
import {type PeeledTarget, peelTargets} from '../../git/refs.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamRevList} from '../../git/rev-list.ts';
import {splitDamaged} from '../damage.ts';
import type {Observation} from '../observe.ts';

/** The refs on both sides, as far as Git can still give them. */
export interface GitSide {
  /** Of all targets, Git's and the index's. */
  readonly peeled: ReadonlyMap<string, PeeledTarget>;
  /** Why, by commit: Git cannot read the histories of these. */
  readonly damaged: ReadonlyMap<string, string>;
  /** Why, by name: refs that Git cannot read, or not what they lead to. Sync leaves them where they were. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Live refs of the index whose histories Git cannot give: what they reach and show is taken on trust. */
  readonly trusted: ReadonlySet<string>;
}

export async function readGitSide(
  repository: GitRepository,
  observation: Observation,
  damaged: ReadonlyMap<string, string>,
): Promise<GitSide> {
  const {wanted, indexed, broken} = observation;
  const peeled = await peelAll(repository, observation);
  const whyLost = (target: string) => {
    const found = peeled.get(target);
    if (!found) return undefined;
    if ('commit' in found) return damaged.get(found.commit);
    return found.isMissing ? found.reason : undefined;
  };
  const isBroken = new Set(broken);
  const unreadable = [...wanted].flatMap(([name, target]): [string, string][] => {
    const reason = isBroken.has(name) ? 'Git cannot read the ref' : whyLost(target);
    return reason === undefined ? [] : [[name, reason]];
  });
  const trusted = [...indexed.values()].filter(
    ({state, target}) => state === 'live' && whyLost(target) !== undefined,
  );
  return {
    peeled,
    damaged,
    unreadable: new Map(unreadable),
    trusted: new Set(trusted.map(({name}) => name)),
  };
}

async function peelAll(
  repository: GitRepository,
  {wanted, indexed}: Observation,
): Promise<Map<string, PeeledTarget>> {
  const targets = [...wanted.values(), ...[...indexed.values()].map(({target}) => target)];
  return peelTargets(
    repository,
    targets.filter((target) => target && isOid(target, repository.objectFormat)),
  );
}

/**
 * The commits at which refs of either side point, and whose history Git cannot read, a commit or a tree: why, by
 * commit. Costs a walk over all histories, and one more for each halving of those that are damaged.
 */
export async function findDamaged(
  repository: GitRepository,
  observation: Observation,
): Promise<Map<string, string>> {
  const peeled = await peelAll(repository, observation);
  const commits = [...peeled.values()].flatMap((found) => ('commit' in found ? [found.commit] : []));
  return splitDamaged([...new Set(commits)], async (tips) => {
    for await (const _events of streamCommits(repository, streamRevList(repository, {tips})));
  });
}
