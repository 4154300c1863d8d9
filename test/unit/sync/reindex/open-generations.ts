import type {Entry} from '../../../../src/domain/entry.ts';
import type {RefRecord} from '../../../../src/domain/ref.ts';
import {makeCommit, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

export interface Content {
  readonly entries?: readonly Entry[];
  /** Number and label of each commit. */
  readonly commits?: readonly (readonly [seq: number, label: string])[];
  readonly refs?: readonly RefRecord[];
}

/** Two generations with this content; `objects`: the keys that are there. */
export async function openGenerations({
  current,
  next,
  objects = [],
}: {
  current: Content;
  next: Content;
  objects?: string[];
}) {
  const indexes = [await openScratchIndex(), await openScratchIndex()] as const;
  for (const [at, {entries = [], commits = [], refs = []}] of [current, next].entries()) {
    const {store} = indexes[at]!;
    await store.putEntries(entries);
    await store.putCommits(commits.map(([seq, label]) => makeCommit(seq, {oid: oidOf(label)})));
    await store.putRefs(refs.map((record) => ({record, expected: undefined})));
    await store.refresh();
  }
  const stat = async (key: string) => (objects.includes(key) ? 1 : undefined);
  return {
    generations: {
      store: indexes[0].store,
      next: indexes[1].store,
      objects: {stat, writeConcurrency: 2},
      repo: REPO,
    },
    async [Symbol.asyncDispose]() {
      for (const index of indexes) await index[Symbol.asyncDispose]();
    },
  };
}
