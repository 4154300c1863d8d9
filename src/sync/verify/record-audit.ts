import {isDeepStrictEqual} from 'node:util';
import type {Commit, CommitRecord} from '../../domain/commit.ts';
import {streamCommits} from '../../git/commit-stream.ts';
import {type RevListEntry, streamRevList} from '../../git/rev-list.ts';
import type {CommitAudit} from './commit-audit.ts';
import type {EntryAudit} from './entry-audit.ts';
import type {Examination} from './examination.ts';

const BATCH_COMMITS = 100;
const BATCH_BYTES = 1024 * 1024;
const PATH_BYTES = 50;
/** Members that ctr derives from a commit object. Another version of it may have derived them in another way. */
const DERIVED = ['author', 'committer', 'subject', 'message'] as const;

interface GitRecord {
  readonly commit: Commit;
  readonly paths: readonly string[];
}

/**
 * The records of commits against Git's: who, when, what is said, which paths. With all commits, the entries that
 * Git shows are seen on the way.
 */
export async function auditRecords(
  exam: Examination,
  {commits, entries, chosen}: {commits: CommitAudit; entries: EntryAudit; chosen: ReadonlySet<string>},
): Promise<void> {
  const isComplete = exam.options.allCommits;
  const hasSnapshots = exam.deps.settings.history === 'all';
  const wanted = listChosen(exam, chosen);
  let batch: GitRecord[] = [];
  /** Of the paths and messages in the batch. */
  let bytes = 0;
  let current: {commit: Commit; paths: string[]} | undefined;
  for await (const events of streamCommits(exam.deps.repository, wanted)) {
    for (const event of events) {
      if (event.type === 'commit') current = {commit: event.commit, paths: []};
      else if (event.type === 'change') {
        current!.paths.push(event.path);
        if (isComplete && hasSnapshots && event.to)
          entries.see({path: event.path, ...event.to}, current!.commit.oid);
      } else {
        const {commit} = current!;
        batch.push({commit, paths: event.combinedPaths ?? current!.paths});
        bytes += commit.message.length + current!.paths.length * PATH_BYTES;
      }
    }
    if (batch.length < BATCH_COMMITS && bytes < BATCH_BYTES) continue;
    await compare(exam, {commits, batch});
    batch = [];
    bytes = 0;
  }
  await compare(exam, {commits, batch});
}

async function* listChosen(
  {deps, range}: Examination,
  chosen: ReadonlySet<string>,
): AsyncGenerator<RevListEntry[]> {
  for await (const chunk of streamRevList(deps.repository, range)) {
    const some = chunk.filter(({oid}) => chosen.has(oid));
    if (some.length > 0) yield some;
  }
}

async function compare(
  exam: Examination,
  {commits, batch}: {commits: CommitAudit; batch: readonly GitRecord[]},
): Promise<void> {
  if (batch.length === 0) return;
  const byOid = new Map(batch.map((one) => [one.commit.oid, one]));
  for await (const {oid, document} of commits.streamDocuments([...byOid.keys()])) {
    const {commit, paths} = byOid.get(oid)!;
    if (!document.record || commits.isDefective(document)) continue;
    const git = {commit, paths, isDerivedHere: exam.isDerivedHere};
    for (const what of differences(document.record, git)) commits.note(oid, what);
  }
  exam.checked.records += batch.length;
  exam.show('records', exam.checked.records);
}

function differences(
  stored: CommitRecord,
  {commit, paths, isDerivedHere}: {commit: Commit; paths: readonly string[]; isDerivedHere: boolean},
): string[] {
  const what: string[] = stored.tree === commit.tree ? [] : ['tree'];
  if (isDerivedHere) {
    what.push(...DERIVED.filter((member) => !isDeepStrictEqual(stored[member], commit[member])));
    if (!isDeepStrictEqual(stored.paths, paths)) what.push('paths');
  }
  return what;
}
