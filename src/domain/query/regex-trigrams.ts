import {foldCase} from '../fold-case.ts';
import {ANYTHING, allOf, anyOf, type TrigramQuery, trigramsOf} from './trigrams.ts';

/** A part of a pattern: text that stands in every match as it is, or what is known of the match otherwise. */
type Part = {readonly literal: string} | {readonly known: TrigramQuery};

const UNKNOWN: Part = {known: ANYTHING};
const EMPTY: Part = {literal: ''};
const REPEAT = /[*+?]\??|\{(\d+)(?:,\d*)?\}\??/y;
const GROUP = /\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?/y;
const FLAGS = /\(\?[a-zA-Z-]+\)/y;
const QUOTED = /\\Q([\s\S]*?)(?:\\E|$)/y;
const PROPERTY = /\\[pP](?:\{[^}]*\}|.)/uy;
const CODE = /\\x\{([0-9a-fA-F]+)\}|\\x([0-9a-fA-F]{2})/y;
const ZERO_WIDTH = /\\[bBAz]|[\^$]/y;
const PUNCTUATION = /\\([!-/:-@[-`{-~])/y;
const ESCAPE = /\\[\s\S]/uy;
const CLASS = /\[\^?\]?(?:\[:[^\]]*:\]|\\[pP]\{[^}]*\}|\\[\s\S]|[^\]\\])*\]/uy;

/**
 * The trigrams that every match of a pattern holds, in any case. The pattern is one that RE2 has accepted. A construct
 * that this function does not know counts as anything, so the answer never excludes a match.
 * Source of the idea: Russ Cox, Regular Expression Matching with a Trigram Index (2012).
 */
export function regexTrigrams(pattern: string): TrigramQuery {
  // With the flag x there would be comments; RE2 has none.
  return knownOf(readAlternatives({pattern, at: 0}));
}

interface Scanner {
  readonly pattern: string;
  at: number;
}

function take(scanner: Scanner, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = scanner.at;
  const match = expression.exec(scanner.pattern) ?? undefined;
  if (match) scanner.at = expression.lastIndex;
  return match;
}

function knownOf(part: Part): TrigramQuery {
  return 'literal' in part ? trigramsOf(part.literal) : part.known;
}

function readAlternatives(scanner: Scanner): Part {
  const parts = [readSequence(scanner)];
  while (take(scanner, /\|/y)) parts.push(readSequence(scanner));
  return parts.length === 1 ? parts[0]! : {known: anyOf(parts.map(knownOf))};
}

function readSequence(scanner: Scanner): Part {
  const known: TrigramQuery[] = [];
  let run = '';
  let isLiteral = true;
  const endRun = (next: string) => {
    known.push(trigramsOf(run));
    run = next;
    isLiteral = false;
  };
  while (scanner.at < scanner.pattern.length && !/[|)]/.test(scanner.pattern[scanner.at]!)) {
    const part = readPart(scanner);
    const {isRepeated, isOptional} = readRepeats(scanner);
    if (isOptional) endRun('');
    else if (!('literal' in part)) {
      endRun('');
      known.push(part.known);
    } else {
      run += part.literal;
      if (isRepeated) endRun(part.literal);
    }
  }
  if (isLiteral) return {literal: run};
  known.push(trigramsOf(run));
  return {known: allOf(known)};
}

function readRepeats(scanner: Scanner): {isRepeated: boolean; isOptional: boolean} {
  let isRepeated = false;
  let isOptional = false;
  for (let repeat = take(scanner, REPEAT); repeat; repeat = take(scanner, REPEAT)) {
    isRepeated = true;
    isOptional ||= repeat[1] === undefined ? !repeat[0].startsWith('+') : Number(repeat[1]) === 0;
  }
  return {isRepeated, isOptional};
}

function readPart(scanner: Scanner): Part {
  if (take(scanner, FLAGS) || take(scanner, ZERO_WIDTH)) return EMPTY;
  if (take(scanner, GROUP)) {
    const part = readAlternatives(scanner);
    take(scanner, /\)/y);
    return part;
  }
  const quoted = take(scanner, QUOTED);
  if (quoted) return {literal: quoted[1]!};
  const code = take(scanner, CODE);
  if (code) return {literal: String.fromCodePoint(Number.parseInt(code[1] ?? code[2]!, 16))};
  const punctuation = take(scanner, PUNCTUATION);
  if (punctuation) return {literal: punctuation[1]!};
  const set = take(scanner, CLASS);
  if (set) return classPart(set[0]);
  if (take(scanner, PROPERTY) || take(scanner, ESCAPE) || take(scanner, /\./y)) return UNKNOWN;
  return {literal: take(scanner, /[\s\S]/uy)![0]};
}

/** `[Ff]` and `[.]` are one character in any case. */
function classPart(set: string): Part {
  const members = Array.from(set.slice(1, -1));
  const isPlain = !members.some((member) => /[\\^[\]-]/.test(member));
  const folds = new Set(members.map(foldCase));
  return isPlain && folds.size === 1 ? {literal: members[0]!} : UNKNOWN;
}
