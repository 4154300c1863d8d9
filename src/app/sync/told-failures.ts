import {existsSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Failure} from '../../sync/sync-progress.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {putJsonFile, readJsonFile} from '../../util/json-file.ts';

const TOLD_AGAIN_AFTER_MS = 24 * 3600 * 1000;

interface Told {
  readonly failure: string;
  readonly at: string;
}

/**
 * Remembers the reported failures of a repository that is synced every few minutes: each is reported once, again if it
 * changes, and once a day.
 */
export interface ToldFailures {
  /** True if it must be reported now. Then it counts as reported. */
  take(failure: string): boolean;
  /** Nothing is wrong any more: the next failure is told at once. */
  forget(): void;
}

export function openToldFailures(file: string, now: () => Date): ToldFailures {
  return {
    take(failure) {
      const told = readJsonFile<Told>(file, {failure: 'string', at: 'string'});
      const isKnown =
        told?.failure === failure && now().getTime() - Date.parse(told.at) < TOLD_AGAIN_AFTER_MS;
      if (!isKnown) keepQuietly(file, {failure, at: now().toISOString()});
      return !isKnown;
    },
    forget: () => rmSync(file, {force: true}),
  };
}

/** Equal for failures that tell a person the same: counts and durations in a message do not matter. */
export function failureKeyOf(failure: CtrError | readonly Failure[]): string {
  if (failure instanceof CtrError) return `${failure.code} ${failure.message.replace(/\d+/g, '0')}`;
  return JSON.stringify(failure.map(({kind, name, oid, reason}) => [kind, name, oid, reason]).sort());
}

/** If this cannot be stored (a lost repository, a full disk), the failure is reported again. */
function keepQuietly(file: string, told: Told): void {
  if (!existsSync(dirname(file))) return;
  try {
    putJsonFile(file, told);
  } catch (error) {
    if (!(error instanceof CtrError)) throw error;
  }
}
