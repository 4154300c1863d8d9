import {statfs} from 'node:fs/promises';
import {matchesRefs} from '../../domain/match-refs.ts';
import {estimateObjects} from '../../git/estimate-objects.ts';
import {peelTargets, readRefs} from '../../git/refs.ts';
import type {GitRepository} from '../../git/repository.ts';
import {countCommits} from '../../git/rev-list.ts';

/** The cost of an import for each byte, file and commit. */
interface Cost {
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
  readonly commitsPerSecond: number;
  /** Stored for each byte, file and commit. */
  readonly disk: {readonly perByte: number; readonly perFile: number; readonly perCommit: number};
}

/** Fitted to repositories that were measured on two cores (see the test). Only shown, never used for a decision. */
export const IMPORT_COSTS: Readonly<Record<'embedded' | 'servers', Cost>> = {
  embedded: {
    bytesPerSecond: 30_000_000,
    filesPerSecond: 7000,
    commitsPerSecond: 3500,
    disk: {perByte: 0.6, perFile: 1500, perCommit: 700},
  },
  servers: {
    bytesPerSecond: 20_000_000,
    filesPerSecond: 6000,
    commitsPerSecond: 3000,
    disk: {perByte: 0.55, perFile: 1500, perCommit: 700},
  },
};
/** Factors of the shown range, since machines and repositories differ. */
const FASTER = 0.6;
const SLOWER = 1.8;
/** Size of an empty index. */
const EMPTY_BYTES = 100_000;
/** Average bytes of a ref in the set of a commit. */
const GAP_BYTES = 0.3;

/** Estimated size and cost of an import, before it starts. */
export interface ImportEstimate {
  readonly refs: number;
  readonly commits: number;
  /** Blobs of the repository, each in at least one entry; too many if the settings exclude some. */
  readonly blobs: number;
  readonly bytes: number;
  /** Expected time, and its likely range. */
  readonly seconds: number;
  readonly secondsMin: number;
  readonly secondsMax: number;
  /** Approximate size of index and objects. */
  readonly diskBytes: number;
  /** Free space on the repository's disk if the index is there, else null. */
  readonly freeBytes: number | null;
}

/** Counts commits and blobs without reading content: one walk over the commits and one over the objects. */
export async function estimateImport(
  repository: GitRepository,
  settings: {readonly 'ctr.refs': readonly string[]; readonly 'ctr.index.url': string},
): Promise<ImportEstimate> {
  const {refs} = await readRefs(repository);
  const isWanted = matchesRefs(settings['ctr.refs']);
  const targets = [...refs].filter(([name]) => isWanted(name)).map(([, target]) => target);
  const peeled = await peelTargets(repository, targets);
  const tips = [...peeled.values()].flatMap((target) => ('commit' in target ? [target.commit] : []));
  const [commits, {blobs, bytes}] = await Promise.all([
    // The import itself reports a damaged history, with the reason.
    countCommits(repository, {tips}).catch(() => 0),
    estimateObjects(repository),
  ]);
  const isEmbedded = settings['ctr.index.url'] === 'embedded';
  const counts = {refs: targets.length, commits, blobs, bytes};
  const cost = IMPORT_COSTS[isEmbedded ? 'embedded' : 'servers'];
  const freeBytes = isEmbedded ? await readFreeBytes(repository.gitDir) : null;
  return {...counts, ...costOf(counts, cost), freeBytes};
}

export function costOf(
  {refs, commits, blobs, bytes}: Pick<ImportEstimate, 'refs' | 'commits' | 'blobs' | 'bytes'>,
  {bytesPerSecond, filesPerSecond, commitsPerSecond, disk}: Cost,
): Pick<ImportEstimate, 'seconds' | 'secondsMin' | 'secondsMax' | 'diskBytes'> {
  const seconds = bytes / bytesPerSecond + blobs / filesPerSecond + commits / commitsPerSecond;
  // Each ref and commit has the set of commits that it reaches, and each diverging ref is a gap in it.
  const reachedBytes = (commits + refs) * Math.min(refs * GAP_BYTES, commits / 8);
  const contentBytes = bytes * disk.perByte + blobs * disk.perFile + commits * disk.perCommit;
  return {
    seconds,
    secondsMin: seconds * FASTER,
    secondsMax: seconds * SLOWER,
    diskBytes: Math.round(EMPTY_BYTES + contentBytes + reachedBytes),
  };
}

/** Free bytes for this user. */
async function readFreeBytes(directory: string): Promise<number> {
  const {bavail, bsize} = await statfs(directory);
  return bavail * bsize;
}
