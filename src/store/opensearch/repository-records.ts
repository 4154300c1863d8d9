import {isDeepStrictEqual} from 'node:util';
import {documentId} from '../../domain/document-id.ts';
import {findOccupant, type RepositoryRecord} from '../../domain/repository.ts';
import {byName} from '../../util/by-name.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {occupiedIndex} from '../index-errors.ts';
import type {Collections} from './collection-indexes.ts';
import {readDocument, updateDocument} from './documents.ts';

/**
 * The repositories of the set, all in one document: if two that do not share arrive at once, only one gets in.
 */
interface SetDocument {
  readonly type: 'set';
  readonly repositories: readonly RepositoryRecord[];
}

const SET_ID = documentId('set');

/** Sorted by name. Empty where the refs do not exist. */
export async function listRepositories({refs}: Collections): Promise<RepositoryRecord[]> {
  try {
    const found = await readDocument(refs, SET_ID);
    return [...((found?.source as SetDocument | undefined)?.repositories ?? [])];
  } catch (error) {
    if (error instanceof CtrError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

export async function putRepository({refs}: Collections, record: RepositoryRecord): Promise<void> {
  await updateDocument<SetDocument>(refs, SET_ID, (set) => {
    const known = set?.repositories ?? [];
    const occupant = findOccupant(known, record);
    if (occupant) throw occupiedIndex(occupant);
    const before = known.find(({id}) => id === record.id);
    // As JSON stores it, without members that are undefined.
    const stored = JSON.parse(JSON.stringify(record)) as RepositoryRecord;
    if (before && isDeepStrictEqual(before, stored)) return undefined;
    return {type: 'set', repositories: [...known.filter(({id}) => id !== record.id), stored].sort(byName)};
  });
}

export async function removeRepository({refs}: Collections, repo: string): Promise<void> {
  await updateDocument<SetDocument>(refs, SET_ID, (set) => {
    if (!set?.repositories.some(({id}) => id === repo)) return undefined;
    return {...set, repositories: set.repositories.filter(({id}) => id !== repo)};
  });
}
