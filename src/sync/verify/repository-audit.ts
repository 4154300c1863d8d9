import {publishedNames} from '../apply-refs.ts';
import type {CommitAudit} from './commit-audit.ts';
import type {EntryAudit} from './entry-audit.ts';
import type {Examination} from './examination.ts';

/** The index's record of the repository, and its lease. */
export async function auditRepository({deps, observation, findings}: Examination): Promise<void> {
  const {store, settings, repository} = deps;
  const record = (await store.listRepositories()).find(({id}) => id === settings.repo);
  const what: string[] = [];
  if (!record) what.push('missing');
  else {
    if (record.name !== settings.name) what.push('name');
    if (record.head !== observation.head) what.push('head');
    if (record.objectFormat !== repository.objectFormat) what.push('objectFormat');
    if (record.isShared !== settings.isShared) what.push('isShared');
  }
  if (what.length > 0) findings.push({kind: 'repository-wrong', what});
  const stored = await store.readLease(settings.repo);
  // The next run that takes it writes it again: repair does.
  if (stored && !stored.lease) findings.push({kind: 'lease-corrupt'});
}

/** A number that is given twice would show one file in place of another. */
export async function auditCounters(
  {deps, findings, repairs}: Examination,
  {commits, entries}: {commits: CommitAudit; entries: EntryAudit},
): Promise<void> {
  const lasts = {commits: commits.last, entries: entries.inventory.last};
  for (const series of ['entries', 'commits'] as const) {
    const next = await deps.store.reserveSeqs(series, 0);
    const last = lasts[series];
    if (next > last) continue;
    findings.push({kind: 'counter-behind', series, next, last});
    repairs.counters.push({series, last});
  }
}

/** The names for other clients, as far as the refs behind them are right. */
export async function auditPublished(
  {deps, observation, findings}: Examination,
  wrong: ReadonlySet<string>,
): Promise<void> {
  const {store, settings} = deps;
  const names = publishedNames(settings, observation);
  if (names.some((name) => wrong.has(name)) || !(await store.hasCollections())) return;
  const records = [...(await store.readRefs(settings.repo, names)).values()];
  const live = records.filter(({state}) => state === 'live');
  for (const difference of await store.comparePublished(live, settings.repo))
    findings.push({kind: 'alias-wrong', ...difference});
}
