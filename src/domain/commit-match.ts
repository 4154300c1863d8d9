import type {Commit} from './commit.ts';
import {foldCase} from './fold-case.ts';

/** Which commits are wanted; absent and empty members exclude nothing. */
export interface WantedCommit {
  /** Part of the author as `name <email>`, in any case. */
  readonly author?: string | undefined;
  /** Part of the message, in any case. */
  readonly message?: string | undefined;
  /** The committer's time is this or later, in seconds since 1970. */
  readonly sinceSeconds?: number | undefined;
  /** The committer's time is this or earlier, in seconds since 1970. */
  readonly untilSeconds?: number | undefined;
}

type CommitTest = (commit: Pick<Commit, 'author' | 'committer' | 'message'>) => boolean;

/**
 * Tells if a commit is wanted. Undefined if all are. The same commits as `git log -i --fixed-strings` with `--author`,
 * `--grep`, `--since-as-filter` and `--until`.
 */
export function commitTest({
  author = '',
  message = '',
  sinceSeconds = Number.NEGATIVE_INFINITY,
  untilSeconds = Number.POSITIVE_INFINITY,
}: WantedCommit): CommitTest | undefined {
  const isAnyTime = sinceSeconds === Number.NEGATIVE_INFINITY && untilSeconds === Number.POSITIVE_INFINITY;
  if (author === '' && message === '' && isAnyTime) return undefined;
  const [person, text] = [foldCase(author), foldCase(message)];
  return (commit) =>
    commit.committer.timeSeconds >= sinceSeconds &&
    commit.committer.timeSeconds <= untilSeconds &&
    (person === '' || foldCase(`${commit.author.name} <${commit.author.email}>`).includes(person)) &&
    (text === '' || foldCase(commit.message).includes(text));
}
