import {lstatSync, readdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {type Backend, embeddedBackend} from './backend.ts';
import {profileArgs} from './cpu-profile.ts';
import {measureCatFile, writeBlobList} from './floor-git.ts';
import {openOpenSearchFloors} from './floor-opensearch.ts';
import {openSqliteFloors} from './floor-sqlite.ts';
import type {FloorSeconds, Floors} from './floors.ts';
import {importWithoutStore} from './import-without-store.ts';
import {
  headScope,
  installMirror,
  measureSync,
  purge,
  readSizes,
  type Scope,
  type StoredSizes,
  WHOLE_HISTORY,
} from './install.ts';
import {PartsFile} from './parts-file.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

/** One import, with the times of its floors. */
export interface ImportRound {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly gitPeakBytes: number | undefined;
  /** The same documents without Git and ctr. */
  readonly floorSeconds: FloorSeconds;
  /** The same import into nothing: Git, and ctr's work on what it gives. */
  readonly withoutStoreSeconds: number;
  /** `git cat-file` reading the same blobs to nowhere. */
  readonly catFileSeconds: number;
  /** The same import by the other checkout, where one was named. */
  readonly other?: OtherImport | undefined;
}

/** An import by another ctr, of whose index only the size on disk is known. */
export interface OtherImport {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Of the embedded index; undefined for others. */
  readonly indexBytes: number | undefined;
}

export interface ImportReport {
  readonly scope: string;
  /** Titles of the floors. */
  readonly floors: readonly string[];
  readonly blobBytes: number;
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly objectsWritten: number;
  readonly failures: number;
  readonly stored: StoredSizes;
  readonly rounds: readonly ImportRound[];
  /** The CPU profile of the last import, where one was wanted. */
  readonly profile: string | undefined;
}

export interface ImportOptions {
  readonly runs: number;
  readonly profileDir: string | undefined;
  readonly otherCheckout: string | undefined;
}

/** Imports HEAD's branch alone, then everything. */
export async function benchImports(
  world: World,
  backend: Backend,
  options: ImportOptions,
): Promise<ImportReport[]> {
  const reports: ImportReport[] = [];
  for (const scope of [await headScope(world), WHOLE_HISTORY]) {
    if (scope) reports.push(await benchImport(world, backend, scope, options));
  }
  return reports;
}

async function benchImport(
  world: World,
  backend: Backend,
  scope: Scope,
  options: ImportOptions,
): Promise<ImportReport> {
  progress(`${backend.kind}, ${scope.title}: recording what an import writes`);
  // Only its settings count; nothing is ever imported from it.
  const bare = await installMirror(world, embeddedBackend(), scope);
  const recording = await recordImport(world, bare);
  const floors = await openFloors(world, backend, recording);
  const blobList = writeBlobList(world, recording);

  // A server that has just been started is not as fast as it will be: neither import nor floor is to have that for an excuse.
  progress(`${backend.kind}, ${scope.title}: warming up`);
  await floors.measure();

  const rounds: ImportRound[] = [];
  let last: Imported | undefined;
  for (let run = 1; run <= options.runs; run++) {
    progress(`${backend.kind}, ${scope.title}: import ${run} of ${options.runs}`);
    last = await importOnce(world, backend, scope, options.profileDir);
    progress(`${backend.kind}, ${scope.title}: floors ${run} of ${options.runs}`);
    const floorSeconds = await floors.measure();
    const catFileSeconds = await measureCatFile(world, bare, blobList);
    const withoutStoreSeconds = await importWithoutStore(world, bare);
    const other =
      options.otherCheckout &&
      (await importByOther(world, backend, {scope, checkout: options.otherCheckout}));
    rounds.push({
      ...last.round,
      floorSeconds,
      catFileSeconds,
      withoutStoreSeconds,
      other: other || undefined,
    });
  }
  return {scope: scope.title, floors: floors.titles, ...last!.facts, rounds};
}

/** The file of the recording. */
async function recordImport(world: World, gitDir: string): Promise<string> {
  const file = world.path('recording');
  using recording = new PartsFile(file);
  await importWithoutStore(world, gitDir, recording);
  return file;
}

interface Imported {
  readonly round: Pick<ImportRound, 'seconds' | 'cpuSeconds' | 'peakBytes' | 'gitPeakBytes'>;
  readonly facts: Omit<ImportReport, 'scope' | 'floors' | 'rounds'>;
}

/** One import into an index of its own, which is gone afterwards. */
async function importOnce(
  world: World,
  backend: Backend,
  scope: Scope,
  profileDir: string | undefined,
): Promise<Imported> {
  await using cleanup = new AsyncDisposableStack();
  const gitDir = await installMirror(world, backend, scope);
  cleanup.defer(() => purge(world, gitDir));
  const profile =
    profileDir && resolve(profileDir, `${backend.kind}-${scope.title.replace(/\W+/g, '-')}.cpuprofile`);
  const sync = await measureSync(world, gitDir, {
    nodeArgs: profile === undefined ? [] : profileArgs(profile),
  });
  const {seconds, cpuSeconds, peakBytes, gitPeakBytes, summary} = sync;
  const stored = await readSizes(world, gitDir);
  return {
    round: {seconds, cpuSeconds, peakBytes, gitPeakBytes},
    facts: {
      blobBytes: summary.bytesRead,
      entriesWritten: summary.entriesWritten,
      commitsWritten: summary.commitsWritten,
      objectsWritten: summary.objectsWritten,
      failures: summary.failures.length,
      stored,
      profile,
    },
  };
}

async function importByOther(
  world: World,
  backend: Backend,
  {scope, checkout}: {scope: Scope; checkout: string},
): Promise<OtherImport> {
  await using cleanup = new AsyncDisposableStack();
  const gitDir = await installMirror(world, backend, scope, checkout);
  cleanup.defer(() => purge(world, gitDir, checkout));
  const {seconds, cpuSeconds, peakBytes} = await measureSync(world, gitDir, {checkout});
  const indexBytes = backend.kind === 'embedded' ? sizeOfIndex(join(gitDir, 'ctr')) : undefined;
  return {seconds, cpuSeconds, peakBytes, indexBytes};
}

function sizeOfIndex(directory: string): number {
  const files = readdirSync(directory).filter((name) => /^index.*\.db(?:-wal)?$/.test(name));
  return files.reduce((sum, name) => sum + lstatSync(join(directory, name)).size, 0);
}

async function openFloors(world: World, {indexUrl}: Backend, recording: string): Promise<Floors> {
  return indexUrl === undefined
    ? openSqliteFloors(world, recording)
    : openOpenSearchFloors(world, indexUrl, recording);
}
