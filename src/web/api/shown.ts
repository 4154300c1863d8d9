import type {z} from 'zod';
import type {EntrySummary} from '../../domain/entry.ts';
import type {RunningWork} from '../../domain/running-work.ts';
import type {ChangedFile} from '../../read/compare-snapshots.ts';
import type {Revision} from '../../read/resolve-revision.ts';
import type {GitTargets} from '../git-targets.ts';
import type {IMPORT_PROGRESS, Shown} from './schemas.ts';

/** The lag of the index behind Git for one ref; null if unknown here. */
export function lagOf({name, target}: {name: string; target: string}, targets: GitTargets): Shown['lag'] {
  if (targets === undefined) return null;
  const git = targets.get(name) ?? null;
  return {git, isCurrent: git === target};
}

/** The members of an answer that describe its revision. */
export function shownOf({ref, commit, indexedAt, target}: Revision, targets: GitTargets): Shown {
  const isRef = ref !== undefined && target !== undefined;
  return {
    ref: ref ?? null,
    commit,
    indexedAt: indexedAt ?? null,
    lag: isRef ? lagOf({name: ref, target}, targets) : null,
  };
}

/** The same in headers, for answers whose body is not ours. */
export function shownHeaders({ref, commit, indexedAt, lag}: Shown): Record<string, string> {
  return {
    'Ctr-Commit': commit,
    ...(ref !== null && {'Ctr-Ref': encodeURIComponent(ref)}),
    ...(indexedAt !== null && {'Ctr-Indexed-At': indexedAt}),
    'Ctr-Lag': lag === null ? 'unknown' : lag.isCurrent ? 'none' : 'behind',
  };
}

/** A file of a commit's changes, or of a comparison's. */
export function changedFileOf({status, path, before, after}: ChangedFile) {
  return {status, path, before: sideOf(before), after: sideOf(after)};
}

function sideOf(entry: EntrySummary | undefined) {
  if (entry === undefined) return null;
  const {path, mode, oid, sizeBytes} = entry;
  return {path, mode, oid, sizeBytes};
}

/** Progress of the first import for clients, without the process id. */
export function importProgressOf(work: RunningWork): z.output<typeof IMPORT_PROGRESS> {
  const {since, phase, unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft} = work;
  return {since, phase, unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft};
}
