import {existsSync} from 'node:fs';
import {hasShape} from '../util/has-shape.ts';
import {deleteJsonFile, putJsonFile, readJsonFile} from '../util/json-file.ts';
import type {NewEntry} from './import/make-entry.ts';
import type {Failure, SyncEvent} from './sync-progress.ts';

/** A stored failure, with the data for a retry of a blob. */
export interface StoredFailure extends Failure {
  readonly entry?: NewEntry | undefined;
}

/**
 * Reads the failures of single blobs and refs from a small JSON file of the repository. The file controls only the retry
 * of unreadable blobs: a lost file costs the list, not correctness.
 */
export function readFailures(file: string): StoredFailure[] {
  const found = readJsonFile<StoredFailure[]>(file, LIST) ?? [];
  return found.map(({entry, ...failure}) => (hasShape(entry, ENTRY) ? {...failure, entry} : failure));
}

/** True if the file exists and is not a list of failures: the next sync writes it again. */
export function isOddFailuresFile(file: string): boolean {
  return existsSync(file) && readJsonFile(file, LIST) === undefined;
}

const FAILURE = {
  kind: 'string',
  name: 'string',
  oid: 'string',
  reason: 'string',
  since: 'string',
  attempts: 'number',
} as const;
const LIST = {list: FAILURE} as const;
const ENTRY = {
  path: 'string',
  mode: 'string',
  oid: 'string',
  id: 'string',
  seq: 'number',
  introducedBy: 'string',
} as const;

/** The file holds exactly these failures afterwards; without failures it is deleted. */
function writeFailures(file: string, failures: readonly StoredFailure[]): void {
  if (failures.length === 0) deleteJsonFile(file);
  else putJsonFile(file, failures);
}

/** Moves the content of one file to the other. */
export function moveFailures(from: string, to: string): void {
  writeFailures(to, readFailures(from));
  writeFailures(from, []);
}

/** Deletes matching failures from the file. */
export function forgetFailures(file: string, fits: (failure: Failure) => boolean): void {
  const all = readFailures(file);
  const left = all.filter((failure) => !fits(failure));
  if (left.length < all.length) writeFailures(file, left);
}

/** The failures of this run; a failure from before keeps its date, and its count increases. */
export interface FailureLog {
  /** The failures of the last run. */
  readonly before: readonly StoredFailure[];
  add(failure: Omit<StoredFailure, 'since' | 'attempts'>): void;
  /** Writes earlier and new failures to the file, so that none is lost if this process dies. */
  keep(): void;
  /** Writes only the failures of this run to the file. */
  save(): Failure[];
}

export function openFailureLog({failuresFile, onEvent, now}: FailureLogDeps): FailureLog {
  const before = readFailures(failuresFile);
  const known = new Map(before.map((failure) => [keyOf(failure), failure]));
  const seen = new Map<string, StoredFailure>();
  let isKept = true;
  return {
    before,
    add(failure) {
      const old = known.get(keyOf(failure));
      const stored = {
        ...failure,
        since: old?.since ?? now().toISOString(),
        attempts: (old?.attempts ?? 0) + 1,
      };
      seen.set(keyOf(failure), stored);
      isKept = false;
      onEvent({type: 'failure', failure: withoutEntry(stored)});
    },
    keep() {
      if (!isKept) writeFailures(failuresFile, [...new Map([...known, ...seen]).values()]);
      isKept = true;
    },
    save() {
      const all = [...seen.values()];
      if (all.length > 0 || existsSync(failuresFile)) writeFailures(failuresFile, all);
      return all.map(withoutEntry);
    },
  };
}

interface FailureLogDeps {
  readonly failuresFile: string;
  readonly onEvent: (event: SyncEvent) => void;
  readonly now: () => Date;
}

/** The failure without internal data. */
export function withoutEntry({entry: _entry, ...failure}: StoredFailure): Failure {
  return failure;
}

function keyOf({kind, name, oid}: Pick<Failure, 'kind' | 'name' | 'oid'>): string {
  return [kind, name, oid].join('\0');
}
