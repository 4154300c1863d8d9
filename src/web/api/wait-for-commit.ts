import {setTimeout as sleep} from 'node:timers/promises';
import type {SiteRepository} from '../../app/site/site.ts';
import type {Reader} from '../../read/open-reader.ts';
import {hasCommit, type Revision} from '../../read/resolve-revision.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {Problem} from '../problem.ts';

const POLL_MS = 200;
const WAITERS_MAX = 256;

export interface Wait {
  readonly repository: SiteRepository;
  /** Tells the revision apart from all others of the repository: who waits for the same one shares its polls. */
  readonly key: string;
  readonly resolve: (reader: Reader) => Promise<Revision>;
  /** Full oid. */
  readonly commit: string;
  readonly timeoutMs: number;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export type WaitForCommit = (wait: Wait) => Promise<void>;

/**
 * Resolves when the revision shows the commit or one that has it in its history.
 * @throws Problem 504 when it does not in time, 429 when too many wait.
 */
export function openWaits({now}: {now: () => Date}): WaitForCommit {
  const polls = new Map<string, Promise<Revision | undefined>>();
  let waiters = 0;

  /** The next look, which begins `POLL_MS` after the first call; all calls until then share it. */
  function nextLook({repository, key, resolve}: Wait): Promise<Revision | undefined> {
    const name = `${repository.name}\0${key}`;
    const known = polls.get(name);
    if (known) return known;
    const look = sleep(POLL_MS).then(() => {
      polls.delete(name);
      return lookNow(repository, resolve);
    });
    polls.set(name, look);
    return look;
  }

  async function waitUntilShown(wait: Wait): Promise<void> {
    const {repository, resolve, commit, timeoutMs, signal} = wait;
    const endsAt = now().getTime() + timeoutMs;
    let seen: string | undefined;
    for (let found = await lookNow(repository, resolve); ; found = await nextLook(wait)) {
      // Commits are written before refs: while the ref stays, the answer does.
      if (found && found.commit !== seen) {
        seen = found.commit;
        if (await repository.withReader((reader) => hasCommit(reader, found, commit))) return;
      }
      if (signal.aborted || now().getTime() >= endsAt) throw notInTime(commit, seen);
    }
  }

  return async (wait) => {
    if (waiters >= WAITERS_MAX) {
      throw new Problem('BUSY', 'too many requests wait for a commit', {headers: {'Retry-After': '5'}});
    }
    waiters++;
    try {
      await waitUntilShown(wait);
    } finally {
      waiters--;
    }
  };
}

/** Undefined where there is no such revision yet. */
async function lookNow(
  repository: SiteRepository,
  resolve: (reader: Reader) => Promise<Revision>,
): Promise<Revision | undefined> {
  try {
    return await repository.withReader(resolve);
  } catch (error) {
    if (error instanceof CtrError && (error.code === 'UNKNOWN_REF' || error.code === 'CONFIG'))
      return undefined;
    throw error;
  }
}

function notInTime(commit: string, seen: string | undefined): Problem {
  const message = `the index does not show ${commit} yet, but ${seen ?? 'no such ref'}`;
  return new Problem('TIMEOUT', message, {
    status: 504,
    hint: 'Ask again; without `waitFor`, `lag` tells what Git has at present.',
  });
}
