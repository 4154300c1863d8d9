import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {EMPTY_BITMAP} from '../../src/domain/bitmap.ts';
import {openIndex} from '../../src/store/open-stores.ts';
import type {IndexSet} from '../../src/store/ports/generations.ts';
import type {CtrRig} from './ctr-rig.ts';

/** The index of a rig, as another program would open it. */
export async function openRigIndex(rig: CtrRig): Promise<IndexSet> {
  return openIndex({
    url: rig.setting('ctr.index.url') ?? 'embedded',
    name: rig.setting('ctr.index.name')!,
    timeoutMs: 60_000,
    directory: join(rig.gitDir, 'ctr'),
  });
}

/** The number of every entry (by path, mode and oid) and of every commit (by oid) that is stored. */
export async function readNumbers(rig: CtrRig): Promise<Record<string, number>> {
  await using store = await openRigIndex(rig);
  const repo = rig.setting('ctr.id')!;
  const numbers: Record<string, number> = {};
  const snapshot = (await store.hasCollections())
    ? await store.readStoredSeqs(repo, 'entries')
    : EMPTY_BITMAP;
  for await (const entries of store.scanEntries({snapshot})) {
    for (const {path, mode, oid, seq} of entries) numbers[`${mode} ${oid} ${path}`] = seq;
  }
  for await (const commits of store.scanCommits(repo, {})) {
    for (const {oid, seq} of commits) numbers[oid] = seq;
  }
  return numbers;
}

/** The generations by the engine's own names: files, or OpenSearch's indexes. */
export async function listGenerations(rig: CtrRig): Promise<string[]> {
  const url = rig.setting('ctr.index.url');
  if (url === undefined) {
    return readdirSync(join(rig.gitDir, 'ctr')).filter((name) => /^index-\d+\.db$/.test(name));
  }
  const response = await fetch(`${url}/${rig.setting('ctr.index.name')}-*/_alias`);
  return Object.keys((await response.json()) as object).sort();
}
