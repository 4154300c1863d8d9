import {existsSync} from 'node:fs';
import {CtrError} from '../../util/ctr-error.ts';
import type {IndexSet} from '../index-store.ts';
import {openConnections} from './connections.ts';
import {promoteCounters} from './counters.ts';
import {
  createLink,
  currentFile,
  dropNextFiles,
  dropSupersededFiles,
  nextFile,
  promoteFile,
} from './generations.ts';
import {makeStore} from './make-store.ts';

/**
 * The embedded index: one SQLite file, full text by FTS5, and a link to it by the name `file`. Both and their folder
 * appear with `createCollections`; a reader that finds none answers as an empty index.
 */
export function openSqliteIndex({file: link}: {file: string}): IndexSet {
  const current = openConnections(() => currentFile(link));
  const dropNext = () => dropNextFiles(link);
  return {
    ...makeStore(current, {createLink: () => createLink(link), dropNext}),
    async openNext() {
      if (!current.exists()) throw nothingThere();
      const file = nextFile(link);
      const next = makeStore(
        openConnections(() => file),
        {createLink: () => undefined, dropNext: () => undefined},
      );
      await next.createCollections();
      return next;
    },
    hasNext: async () => existsSync(nextFile(link)),
    async dropNext() {
      dropNext();
    },
    async promoteNext() {
      const file = nextFile(link);
      if (!existsSync(file)) throw nothingThere();
      promoteCounters(current.read(), file);
      promoteFile(link, file);
      await current.close();
    },
    dropSuperseded: (waitMs) => dropSupersededFiles(link, waitMs),
  };
}

function nothingThere(): CtrError {
  return new CtrError('NOT_FOUND', 'nothing is indexed here yet', {hint: 'Run `ctr sync`.'});
}
