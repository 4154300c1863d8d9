import {mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {
  describeWork,
  type RunningWork,
  type Work,
  type WorkProgress,
  type WorkVerb,
} from '../../domain/running-work.ts';
import {isLockHeld} from '../../queue/lock.ts';
import type {Progress} from '../../sync/sync-progress.ts';
import type {VerifyProgress} from '../../sync/verify/findings.ts';
import {readJsonFile} from '../../util/json-file.ts';
import {localFiles} from '../workspace/local-files.ts';

/** A little less than what a sync lets pass between two words of its progress. */
const WRITE_EVERY_MS = 450;
/** A process that may not test the lock trusts the file for this long. */
const BELIEVED_MS = 30_000;

const WORK = {
  verb: 'string',
  pid: 'number',
  since: 'string',
  phaseSince: 'string',
  updatedAt: 'string',
  progress: {phase: 'string'},
} as const;

/** Says in a file what goes on under a lock, for as long as it is not disposed of. */
export interface WorkFile extends Disposable {
  /** Written about twice a second, and at once when a phase begins. */
  show(progress: WorkProgress): void;
  readonly work: Work;
}

/** The caller holds the lock that the file is about. That it cannot be written stops no work. */
export function openWorkFile(file: string, {verb, now}: {verb: WorkVerb; now: () => Date}): WorkFile {
  const since = now().toISOString();
  let work: Work = {
    verb,
    pid: process.pid,
    since,
    phaseSince: since,
    updatedAt: since,
    progress: {phase: 'start'},
  };
  let writtenAtMs = 0;
  const write = () => {
    writtenAtMs = now().getTime();
    putQuietly(file, work);
  };
  write();
  return {
    show(progress) {
      const {phase, unit} = work.progress;
      const isNewPhase = progress.phase !== phase || progress.unit !== unit;
      const updatedAt = now().toISOString();
      work = {...work, updatedAt, phaseSince: isNewPhase ? updatedAt : work.phaseSince, progress};
      if (isNewPhase || now().getTime() - writtenAtMs >= WRITE_EVERY_MS) write();
    },
    get work() {
      return work;
    },
    [Symbol.dispose]: () => rmSync(file, {force: true}),
  };
}

/** A sync, or what is made of syncs. */
export function syncProgress(event: Progress): WorkProgress {
  const {phase, commits: done, commitsFound: found, commitsTotal: total, bytes, bytesTotal} = event;
  return phase === 'import' ? {phase, unit: 'commits', done, found, total, bytes, bytesTotal} : {phase};
}

export function verifyProgress({stage, done, total}: Omit<VerifyProgress, 'type'>): WorkProgress {
  return stage === 'repair' ? {phase: stage} : {phase: 'verify', unit: stage, done, total};
}

/**
 * The commands that work on the index of the repository now: at most the holder of its lock, and a reindex. A file whose
 * lock is free was left by a killed run.
 */
export function readRunningWork(workspace: {directory: string}, now: Date): RunningWork[] {
  const {work, syncLock, reindexWork, reindexLock} = localFiles(workspace);
  return [
    // First: in its last moments it holds both locks, and says here how far it is.
    ...readWork({file: reindexWork, lock: reindexLock}, now),
    ...readWork({file: work, lock: syncLock}, now),
  ].filter(({pid}, at, all) => all.findIndex((one) => one.pid === pid) === at);
}

function readWork({file, lock}: {file: string; lock: string}, now: Date): RunningWork[] {
  const work = readJsonFile<Work>(file, WORK);
  if (!work) return [];
  const isHeld = isLockHeld(lock) ?? now.getTime() - Date.parse(work.updatedAt) < BELIEVED_MS;
  return isHeld ? [describeWork(work, now)] : [];
}

/** No kill point: what is in the file decides nothing. */
function putQuietly(file: string, work: Work): void {
  try {
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(`${file}.tmp`, JSON.stringify(work));
    renameSync(`${file}.tmp`, file);
  } catch {
    // A full disk, say: the work itself finds out.
  }
}
