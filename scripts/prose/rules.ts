/** The rules of `npm run lint` for prose: docs, comments and messages in plain English. Pure. */

export interface Finding {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

const DOCS_COLUMNS_MAX = 120;

/** Words that readers stumble over, each with what to write. */
const BANNED: readonly (readonly [words: string, instead: string])[] = [
  ['whoever|whomever', 'name the subject: a reader, the process that'],
  ['whatever', 'name the thing: everything that, any'],
  ['nobody', 'no user, no process, nothing'],
  ['somebody', 'a user, a process, another run'],
  ['anew', 'again, from scratch'],
  ['besides', 'also, extra, except'],
  ['beside', 'next to'],
  ['meanwhile', 'while that runs, at the same time'],
  ['mend|mends|mended|mending', 'repair, fix, correct'],
];
const BANNED_WORD = new RegExp(`\\b(?:${BANNED.map(([words]) => `(${words})`).join('|')})\\b`, 'gi');

/** A relative clause as the subject of the first sentence. */
const BAD_BEGINNING = /^(?:What|Whatever|Whether|Who|Whoever|Whose|Those|That)\b/;

/** Problems of a Markdown file. Code, tables and the targets of links are not looked at. */
export function checkMarkdown(text: string): Finding[] {
  let isCode = false;
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    if (isCode || /^\s*```/.test(line)) return [];
    const prose = line.replace(/\]\([^)]*\)/g, ']()').replace(/<https?:[^>]*>/g, '<>');
    const found = bannedIn(prose.replace(/`[^`]*`/g, '``'), at + 1);
    const isTooLong = prose.length > DOCS_COLUMNS_MAX && !/^\s*\|/.test(line);
    return isTooLong ? [...found, {line: at + 1, problem: `longer than ${DOCS_COLUMNS_MAX} columns`}] : found;
  });
}

/** Problems of a file of code: words anywhere in it (comments, messages, names), and how doc comments begin. */
export function checkCode(text: string): Finding[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const found = bannedIn(line, at + 1);
    const [, start] = /^\s*\/\*\*\s*(.*)$/.exec(line) ?? [];
    if (start === undefined) return found;
    const [first = ''] = (start || (lines[at + 1] ?? '').replace(/^\s*\*\s*/, '')).match(BAD_BEGINNING) ?? [];
    if (first === '') return found;
    return [...found, {line: at + 1, problem: `the comment begins with "${first}": name the thing itself`}];
  });
}

function bannedIn(text: string, line: number): Finding[] {
  return [...text.matchAll(BANNED_WORD)].map((match) => {
    const [, instead] = BANNED[match.findIndex((group, at) => at > 0 && group !== undefined) - 1]!;
    return {line, problem: `"${match[0]}": write ${instead}`};
  });
}
