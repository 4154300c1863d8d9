import {editDistance} from '../util/edit-distance.ts';
import {nameOf} from './entry.ts';
import {LANGUAGES} from './language-table.ts';

const NEAR_MAX = 3;
/** No language has a longer name; what is longer is not worth comparing. */
const NAME_MAX_CHARS = 64;
/** Linux reads no more of it. Source: Linux, BINPRM_BUF_SIZE. */
const FIRST_LINE_MAX_CHARS = 254;

/** Languages by what stands for them. */
interface Tables {
  /** In lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** In lower case, with the dot. */
  readonly extensions: ReadonlyMap<string, string>;
  readonly fileNames: ReadonlyMap<string, string>;
  /** Programs that run scripts. */
  readonly interpreters: ReadonlyMap<string, string>;
}

let tables: Tables | undefined;

/**
 * The language of a text by its name: the whole name (Makefile), else the longest extension known (`.blade.php` before
 * `.php`, in any case); else by the interpreter in its first line, `#!`. Undefined where nothing says it.
 */
export function languageOf(path: string, content = ''): string | undefined {
  return languageByName(nameOf(path)) ?? languageByInterpreter(content);
}

function languageByName(name: string): string | undefined {
  const {fileNames, extensions} = readTables();
  const byName = fileNames.get(name);
  if (byName !== undefined) return byName;
  const lowerName = name.slice(-NAME_MAX_CHARS).toLowerCase();
  for (let dot = lowerName.indexOf('.'); dot >= 0; dot = lowerName.indexOf('.', dot + 1)) {
    const language = extensions.get(lowerName.slice(dot));
    if (language !== undefined) return language;
  }
  return undefined;
}

/** `#!/bin/sh`, `#!/usr/bin/env -S NODE_ENV=test node --flag`; a version behind the name (`python3.12`) may be unknown. */
function languageByInterpreter(content: string): string | undefined {
  if (!content.startsWith('#!')) return undefined;
  const [line = ''] = content.slice(2, 2 + FIRST_LINE_MAX_CHARS).split(/[\r\n]/, 1);
  const [program = '', ...words] = line.trim().split(/[ \t]+/);
  const named = words.find((word) => !word.startsWith('-') && !word.includes('='));
  const name = nameOf(nameOf(program) === 'env' ? (named ?? '') : program);
  const {interpreters} = readTables();
  return interpreters.get(name) ?? interpreters.get(name.replace(/[\d.-]+$/, ''));
}

/** The language that people mean by a name, an alias or an extension with or without dot, in any case. */
export function languageNamed(text: string): string | undefined {
  const key = text.trim().toLowerCase();
  const byExtension = key.startsWith('.') ? key : `.${key}`;
  const {names, extensions} = readTables();
  return names.get(key) ?? extensions.get(byExtension);
}

/** Names of languages that `text` may be a misspelling or the beginning of, nearest first; at most three. */
export function languagesNear(text: string): string[] {
  const key = text.trim().toLowerCase();
  if (key.length < 2 || key.length > NAME_MAX_CHARS) return [];
  const distancesMax = key.length < 5 ? 1 : 2;
  const distances = new Map<string, number>();
  for (const [alias, language] of readTables().names) {
    const distance = alias.startsWith(key) ? 0.5 : editDistance(key, alias, distancesMax);
    if (distance <= distancesMax && distance < (distances.get(language) ?? Infinity)) {
      distances.set(language, distance);
    }
  }
  const near = [...distances].sort(([a, left], [b, right]) => left - right || a.length - b.length);
  return near.slice(0, NEAR_MAX).map(([language]) => language);
}

/** The generated text as maps; made once, when first asked for. */
function readTables(): Tables {
  return (tables ??= parseTables(LANGUAGES));
}

function parseTables(text: string): Tables {
  const names = new Map<string, string>();
  const extensions = new Map<string, string>();
  const fileNames = new Map<string, string>();
  const interpreters = new Map<string, string>();
  for (const entry of text.trim().replaceAll('\n', ' ').split(' | ')) {
    const [language = '', keys] = entry.split(': ');
    names.set(language.toLowerCase(), language);
    for (const key of keys?.split(', ') ?? []) {
      if (key.startsWith('.')) extensions.set(key, language);
      else if (key.startsWith('/')) fileNames.set(key.slice(1), language);
      else if (key.startsWith('!')) interpreters.set(key.slice(1), language);
      else names.set(key, language);
    }
  }
  return {names, extensions, fileNames, interpreters};
}
