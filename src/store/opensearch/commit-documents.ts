import {Bitmap, isBitmap} from '../../domain/bitmap.ts';
import {
  type CommitNode,
  type CommitRecord,
  type CommitSummary,
  formatSignatureTime,
} from '../../domain/commit.ts';
import {documentId} from '../../domain/document-id.ts';
import {ancestorsOf} from '../../domain/entry.ts';
import {fromBase64, toBase64} from './base64.ts';
import {pathTerm} from './entry-documents.ts';
import {TERM_MAX_CHARS} from './mappings.ts';
import {without} from './terms.ts';

export function commitDocumentId(repo: string, oid: string): string {
  return documentId(repo, oid);
}

/** All members that do not follow from others, except paths and bitmaps, which may be large. */
export const COMMIT_FACTS = ['repo', 'seq', 'oid', 'order', 'tree', 'parents', 'subject', 'message'].concat(
  ['author', 'committer'].flatMap((who) =>
    ['name', 'email', 'timeSeconds', 'offset'].map((part) => `${who}.${part}`),
  ),
);
export const COMMIT_NODE = [...COMMIT_FACTS, 'snapshot', 'history'];

/**
 * The document of a commit. `dirs` are all directories above a changed path, and the hashes of changed paths that
 * are too long to be terms.
 */
export function toCommitDocument({snapshot, history, author, committer, ...rest}: CommitRecord): object {
  const dirs = new Set<string>();
  for (const path of rest.paths) {
    for (const directory of ancestorsOf(path)) dirs.add(pathTerm(directory));
    if (path.length > TERM_MAX_CHARS) dirs.add(pathTerm(path));
  }
  return {
    ...rest,
    dirs: [...dirs],
    author: {...author, date: formatSignatureTime(author)},
    committer: {...committer, date: formatSignatureTime(committer)},
    history: toBase64(history),
    ...(snapshot && {
      snapshot: {...snapshot, added: toBase64(snapshot.added), removed: toBase64(snapshot.removed)},
      ...lastEntryOf(snapshot.added),
    }),
  };
}

/** The highest number that the bitmap names; nothing where it names none, or is damaged. */
function lastEntryOf(added: Uint8Array): {lastEntry?: number} {
  if (!isBitmap(added)) return {};
  using bitmap = Bitmap.parse(added);
  return bitmap.bounds ? {lastEntry: bitmap.bounds.max} : {};
}

/** Nothing that is read of a commit: which of two bitmaps is wrong it cannot tell. */
export function withoutLastEntry(source: object): Record<string, unknown> {
  return without(source, 'lastEntry');
}

interface CommitDocument extends CommitSummary {
  readonly snapshot?: {
    readonly base?: string;
    readonly added: string;
    readonly removed: string;
    readonly spentBytes: number;
  };
  readonly history: string;
}

/** The commit whose document this is, whole. */
export function fromCommitDocument(source: object): CommitRecord {
  return {...fromCommitNode(source), paths: (source as CommitDocument).paths};
}

/** The commit whose document this is, without its paths. */
export function fromCommitNode(source: object): CommitNode {
  const {snapshot, history} = source as CommitDocument;
  return {
    ...fromCommitFacts(source),
    history: fromBase64(history),
    snapshot: snapshot && {
      ...snapshot,
      added: fromBase64(snapshot.added),
      removed: fromBase64(snapshot.removed),
    },
  };
}

/** The commit whose document this is, without its paths and bitmaps. */
export function fromCommitFacts(source: object): Omit<CommitSummary, 'paths'> {
  const {author, committer} = source as CommitDocument;
  const facts = without(source, 'paths', 'dirs', 'lastEntry', 'snapshot', 'history');
  const signatures = {author: without(author, 'date'), committer: without(committer, 'date')};
  return {...facts, ...signatures} as unknown as Omit<CommitSummary, 'paths'>;
}
