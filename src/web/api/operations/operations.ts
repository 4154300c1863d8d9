import type {Operation} from '../operation.ts';
import {listHistory} from './list-history.ts';
import {listTree} from './list-tree.ts';
import {sendRaw} from './send-raw.ts';
import {showFile} from './show-file.ts';
import {showRevision} from './show-revision.ts';

/** Everything that can be asked of a revision. */
export const OPERATIONS: readonly Operation[] = [showRevision, listTree, showFile, sendRaw, listHistory];
