import {peelTargets, readRefs} from '../../git/refs.ts';
import type {GitRepository} from '../../git/repository.ts';
import {countCommits} from '../../git/rev-list.ts';
import {estimateObjects} from '../../git/tree-diff.ts';
import {matchesRefs} from '../observe.ts';

/** Seen on 2 cores, both backends: what a person is told, nothing is decided by it. */
const BYTES_PER_SECOND = 12_000_000;
const ENTRIES_PER_SECOND = 2500;

/** What an import will meet, before it starts. */
export interface ImportEstimate {
  readonly refs: number;
  readonly commits: number;
  /** Blobs of the repository, each in at least one entry; more than will be indexed where settings narrow it. */
  readonly blobs: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Counts what Git has, without reading any content. One walk over the commits and one over the objects. */
export async function estimateImport(
  repository: GitRepository,
  settings: {readonly 'ctr.refs': readonly string[]},
): Promise<ImportEstimate> {
  const {refs} = await readRefs(repository);
  const isWanted = matchesRefs(settings['ctr.refs']);
  const targets = [...refs].filter(([name]) => isWanted(name)).map(([, target]) => target);
  const peeled = await peelTargets(repository, targets);
  const tips = [...peeled.values()].flatMap((target) => ('commit' in target ? [target.commit] : []));
  const [commits, {blobs, bytes}] = await Promise.all([
    // A damaged history is told by the import itself, with what is wrong.
    countCommits(repository, {tips}).catch(() => 0),
    estimateObjects(repository),
  ]);
  const seconds = Math.max(bytes / BYTES_PER_SECOND, blobs / ENTRIES_PER_SECOND);
  return {refs: targets.length, commits, blobs, bytes, seconds};
}
