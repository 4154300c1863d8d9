import type {Endpoint} from '../endpoint.ts';
import {compareWith} from './compare-with.ts';
import {countGateway, searchGateway} from './gateway.ts';
import {listHistory} from './list-history.ts';
import {listTree} from './list-tree.ts';
import {searchFiles} from './search-files.ts';
import {sendRaw} from './send-raw.ts';
import {showCommit} from './show-commit.ts';
import {showFile} from './show-file.ts';
import {showRevision} from './show-revision.ts';
import {findPlaces} from './show-where.ts';

/** Everything that can be asked of a revision. */
export const ENDPOINTS: readonly Endpoint[] = [
  showRevision,
  listTree,
  showFile,
  sendRaw,
  listHistory,
  showCommit,
  compareWith,
  searchFiles,
  findPlaces,
  searchGateway,
  countGateway,
];
