import {countUnreachable} from '../../git/unreachable.ts';
import type {ForgetTarget, StoreForgotten} from '../../sync/removal/forget.ts';
import type {LockedDeps} from '../../sync/sync-run.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {type LocalTraces, removeLocalTraces} from './local-traces.ts';

/** One place that was looked at, or could not be. */
export interface LookedAt extends Partial<StoreForgotten> {
  /** For people; no secrets. */
  readonly place: string;
  readonly isInUse: boolean;
  /** `same`: the one in use, under another address; `absent`: nothing of the repository is there. */
  readonly state: 'looked' | 'same' | 'absent' | 'unreachable';
  /** Why it could not be reached; null where it could. */
  readonly error: string | null;
}

/** The searched places, the removed content, and the places that ctr cannot reach. */
export interface ForgetReceipt extends StoreForgotten {
  readonly type: 'forget';
  readonly target: ForgetTarget;
  /** ISO 8601, UTC. */
  readonly forgottenAt: string;
  /** True if any of it was found: stored, unfinished, in a list of ctr, or in unreachable objects of Git. */
  readonly wasFound: boolean;
  readonly stores: readonly LookedAt[];
  readonly local: LocalTraces;
  /** Unreachable commits (or the blob) that Git still has; null if not asked for, or if Git cannot tell. */
  readonly unreachableInGit: number | null;
  /** Places that ctr does not reach. */
  readonly mayRemain: readonly string[];
}

interface Looking {
  readonly target: ForgetTarget;
  readonly stores: readonly LookedAt[];
  readonly current: StoreForgotten;
  readonly oids: readonly string[];
  readonly workspace: RepositoryWorkspace;
}

/** The receipt, after the target was taken out of ctr's own files, too. */
export async function receiptOf(
  deps: LockedDeps,
  {target, stores, current, oids, workspace}: Looking,
): Promise<ForgetReceipt> {
  const local = removeLocalTraces(workspace, target, oids);
  const removed = {
    entries: sum(stores.map((store) => store.removed?.entries)),
    commits: sum(stores.map((store) => store.removed?.commits)),
    objects: sum(stores.map((store) => store.removed?.objects)),
  };
  const wasStored = removed.entries + removed.commits + removed.objects > 0;
  // What a sync has removed before has left no trace but Git's own: only that tells a path from a misspelt one.
  const unreachable = wasStored ? undefined : await countUnreachable(workspace.repository, target);
  return {
    ...current,
    type: 'forget',
    target,
    forgottenAt: deps.now().toISOString(),
    wasFound: wasStored || local.cleaned.length > 0 || (unreachable ?? 0) > 0,
    removed,
    unfinished: {
      count: sum(stores.map((store) => store.unfinished?.count)),
      sizeBytes: sum(stores.map((store) => store.unfinished?.sizeBytes)),
      notListed: stores.map((store) => store.unfinished?.notListed).find((why) => why) ?? null,
    },
    paths: [...new Set(stores.flatMap((store) => store.paths ?? []))].sort(),
    oids,
    notExpunged: stores.map((store) => store.notExpunged).find((why) => why) ?? null,
    stores,
    local,
    unreachableInGit: unreachable ?? null,
    mayRemain: placesOutside(deps, local),
  };
}

function sum(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}

/** Where the content of each kind of store may remain, out of reach of ctr. */
const OUTSIDE = {
  sqlite: ['backups of the folder ctr/ in the repository'],
  opensearch: ['snapshots of the OpenSearch cluster, slow logs, backups of its disks'],
  files: [],
  s3: ['earlier versions, where the bucket keeps them, its replicas and backups'],
} as const;

function placesOutside({store, objects}: LockedDeps, local: LocalTraces): string[] {
  return [
    'the repository itself, until `git reflog expire --expire=now --all` and `git gc --prune=now`; clones of it',
    ...OUTSIDE[store.backend],
    ...OUTSIDE[objects.backend],
    ...(local.naming.length > 0 ? [`events that wait for their handlers: ${local.naming.join(', ')}`] : []),
    'logs of servers, and what scripts and webhooks were told',
  ];
}
