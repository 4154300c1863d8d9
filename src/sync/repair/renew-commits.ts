import {importHistory} from '../import/import-history.ts';
import type {SyncRun} from '../sync-run.ts';
import type {Examination} from '../verify/examination.ts';
import {chooseSeqs} from './choose-seqs.ts';

/**
 * The wanted ones of the commits that Git can give are made again where they are, parents first, from Git and from the
 * documents of their parents, each under its number as far as that is certain. Entries that are missing are imported.
 * Readers go on: each document is replaced as a whole. Nothing else is touched.
 */
export async function renewCommits(
  run: SyncRun,
  {repairs, range}: Examination,
  isWanted: (oid: string) => boolean,
): Promise<void> {
  const {store, settings} = run.deps;
  await store.deleteDocuments('commits', repairs.misplacedCommits);
  const {readCommitSeqs} = await chooseSeqs(store, repairs.seqs);
  await importHistory(run, {
    tips: [...range.tips],
    known: [],
    numberFirst: undefined,
    renewal: {
      isWanted,
      readSeqs: (oids) => readCommitSeqs(settings.repo, oids),
      keyframes: repairs.keyframes,
    },
  });
  await store.refresh();
}
