import type {Commit} from './commit.ts';
import {foldCase} from './fold-case.ts';
import {foldText} from './fold-text.ts';
import {findWords} from './query/find-words.ts';
import {type All, type Any, type CommitClause, EVERYTHING, type Expression} from './query/query.ts';

/** Which commits are wanted; absent members exclude nothing. */
export interface WantedCommit {
  /** Of words of the message, and of `CommitClause`s. */
  readonly expression?: Expression | undefined;
  /** The committer's time is this or later, in seconds since 1970. */
  readonly sinceSeconds?: number | undefined;
  /** The committer's time is this or earlier, in seconds since 1970. */
  readonly untilSeconds?: number | undefined;
}

/** The filters of `git log`. */
interface LogFilters {
  /** Parts of the author as `name <email>`. */
  readonly authors?: readonly string[] | undefined;
  /** Parts of the message. */
  readonly messages?: readonly string[] | undefined;
  /** The message has all of these parts, not just one. */
  readonly isAllMatch?: boolean | undefined;
}

/**
 * The condition of `git log -i --fixed-strings` with these `--author`, `--grep` and `--all-match`: one of the authors,
 * and one of the messages. Undefined if nothing is asked for.
 */
export function logExpression({
  authors = [],
  messages = [],
  isAllMatch = false,
}: LogFilters): Expression | undefined {
  const parts = [
    someOf('author', authors),
    isAllMatch ? allOf('message', messages) : someOf('message', messages),
  ].filter(({of}) => of.length > 0);
  return parts.length === 0 ? undefined : {type: 'all', of: parts};
}

/** Every text holds the empty one. */
function someOf(type: CommitClause['type'], texts: readonly string[]): All | Any {
  return texts.includes('') ? EVERYTHING : {type: 'any', of: texts.map((text) => ({type, text}))};
}

function allOf(type: CommitClause['type'], texts: readonly string[]): All {
  return {type: 'all', of: texts.filter((text) => text !== '').map((text) => ({type, text}))};
}

type CommitTest = (commit: Pick<Commit, 'author' | 'committer' | 'message'>) => boolean;

/** Tells if a commit is wanted. Undefined if all are. The same commits as `git log` with `--since-as-filter` and `--until`. */
export function commitTest({
  expression,
  sinceSeconds = Number.NEGATIVE_INFINITY,
  untilSeconds = Number.POSITIVE_INFINITY,
}: WantedCommit): CommitTest | undefined {
  const isAnyTime = sinceSeconds === Number.NEGATIVE_INFINITY && untilSeconds === Number.POSITIVE_INFINITY;
  if (!expression && isAnyTime) return undefined;
  const test = expression ? textsTest(expression) : () => true;
  return (commit) =>
    commit.committer.timeSeconds >= sinceSeconds &&
    commit.committer.timeSeconds <= untilSeconds &&
    test(new CommitTexts(commit));
}

/** The texts of a commit, folded when they are asked for. */
class CommitTexts {
  readonly #commit: Pick<Commit, 'author' | 'message'>;
  #message: string | undefined;
  #words: string | undefined;

  constructor(commit: Pick<Commit, 'author' | 'message'>) {
    this.#commit = commit;
  }

  get author(): string {
    const {name, email} = this.#commit.author;
    return foldCase(`${name} <${email}>`);
  }

  get message(): string {
    this.#message ??= foldCase(this.#commit.message);
    return this.#message;
  }

  get words(): Parameters<typeof findWords>[0] {
    const content = this.#commit.message;
    this.#words ??= foldText(content);
    return {content, folded: this.#words};
  }
}

function textsTest(expression: Expression): (texts: CommitTexts) => boolean {
  switch (expression.type) {
    case 'all':
    case 'any': {
      const tests = expression.of.map(textsTest);
      return expression.type === 'all'
        ? (texts) => tests.every((test) => test(texts))
        : (texts) => tests.some((test) => test(texts));
    }
    case 'not': {
      const test = textsTest(expression.of);
      return (texts) => !test(texts);
    }
    case 'author': {
      const text = foldCase(expression.text);
      return ({author}) => author.includes(text);
    }
    case 'message': {
      const text = foldCase(expression.text);
      return ({message}) => message.includes(text);
    }
    case 'words':
      return ({words}) => findWords(words, expression, 1).length > 0;
    default:
      throw new TypeError(`${expression.type} is not about commits`);
  }
}
