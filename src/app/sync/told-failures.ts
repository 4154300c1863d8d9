import {existsSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Failure} from '../../sync/sync-events.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {putJsonFile, readJsonFile} from '../../util/json-file.ts';

const TOLD_AGAIN_AFTER_MS = 24 * 3600 * 1000;

interface Told {
  readonly failure: string;
  readonly at: string;
}

/**
 * What was told of a repository's failure to a person who is told every five minutes: once, again when it is another
 * one, and once a day.
 */
export interface ToldFailures {
  /** Whether it is to be told now. It counts as told then. */
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

/** What cannot be kept is told again: a repository that is lost, say, or on a full disk. */
function keepQuietly(file: string, told: Told): void {
  if (!existsSync(dirname(file))) return;
  try {
    putJsonFile(file, told);
  } catch (error) {
    if (!(error instanceof CtrError)) throw error;
  }
}
