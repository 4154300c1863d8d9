import {existsSync, lstatSync, readdirSync, rmdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {CtrError} from '../util/ctr-error.ts';
import {killPoint} from '../util/kill-point.ts';
import type {IndexSet} from './ports/generations.ts';
import type {ObjectStore} from './ports/object-store.ts';

/** A URL for an own server, `embedded` for files inside the repository. */
export type StoreUrl = 'embedded' | (string & {});

/** Where the index is, and what it takes to get in. */
export interface IndexLocation {
  readonly url: StoreUrl;
  readonly name: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly caFile?: string | undefined;
  readonly timeoutMs: number;
  /** The layout of collections that OpenSearch creates; the embedded index has one. */
  readonly shards?: number | undefined;
  readonly replicas?: number | undefined;
  readonly substrings?: boolean | undefined;
  /** `<repository>/ctr`; undefined on a machine without the repository. */
  readonly directory: string | undefined;
}

/** Where the objects are, and what it takes to get in. */
export interface ObjectsLocation {
  readonly url: StoreUrl;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly caFile?: string | undefined;
  readonly timeoutMs: number;
  readonly directory: string | undefined;
}

/** The index, by whichever backend the location names. Only that one is loaded. */
export async function openIndex({directory, name, ...location}: IndexLocation): Promise<IndexSet> {
  if (location.url !== 'embedded') {
    const {openOpenSearchIndex} = await import('./opensearch/open-opensearch-index.ts');
    return openOpenSearchIndex({...location, index: name});
  }
  if (directory === undefined)
    throw nowhere('the index', 'ctr.index.url (CTR_INDEX_URL) and ctr.index.name (CTR_INDEX_NAME)');
  const {openSqliteIndex} = await import('./sqlite/open-sqlite-index.ts');
  return openSqliteIndex({file: join(directory, 'index.db')});
}

/** The objects, by whichever backend the location names. Only that one is loaded. */
export async function openObjects(place: ObjectsLocation): Promise<ObjectStore> {
  const {directory, accessKey, secretKey, ...location} = place;
  if (location.url !== 'embedded') {
    const {openS3Objects} = await import('./s3/open-s3-objects.ts');
    if (!accessKey || !secretKey) {
      throw new CtrError('CONFIG', `no credentials for the object store at ${location.url}`, {
        hint: 'Set CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY in the environment or in ctr.secretsFile.',
      });
    }
    return openS3Objects({...location, accessKey, secretKey});
  }
  if (directory === undefined) throw nowhere('the object store', 'ctr.objects.url (CTR_OBJECTS_URL)');
  const {openFileObjects} = await import('./files/open-file-objects.ts');
  return openFileObjects({directory: join(directory, 'objects')});
}

/** Deletes the embedded index with all its generations from the repository's folder. No process may write to it. */
export function deleteEmbeddedIndex(directory: string): void {
  for (const name of embeddedIndexFiles(directory)) {
    killPoint(`delete ${name}`);
    // Recursive: there may be a directory in its place.
    rmSync(join(directory, name), {recursive: true, force: true});
  }
}

/** Bytes on disk of the embedded index, of all its generations; 0 where there is none. */
export function measureEmbeddedIndex(directory: string): number {
  const sizes = embeddedIndexFiles(directory).map(
    (name) => lstatSync(join(directory, name), {throwIfNoEntry: false})?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Deletes the folder of embedded objects if it is empty. */
export function deleteEmbeddedPlace(directory: string): void {
  const place = join(directory, 'objects');
  for (const folder of [join(place, '~tmp'), place]) {
    try {
      rmdirSync(folder);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
    }
  }
}

/** The link, the generations that it leads to, and what SQLite keeps next to them. */
function embeddedIndexFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) =>
    /^index(?:-\d+)?\.db(?:\.tmp|-wal|-shm|-journal)?$/.test(name),
  );
}

function nowhere(what: string, settings: string): CtrError {
  return new CtrError('CONFIG', `there is no repository here and no word where ${what} is`, {
    hint: `Name the repository with --repo, or set ${settings}.`,
  });
}
