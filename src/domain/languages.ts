import {editDistance} from '../util/edit-distance.ts';
import {nameOf} from './entry.ts';
import {ALIASES, EXTENSIONS, FILENAMES} from './language-table.ts';

const NEAR_MAX = 3;
/** No language has a longer name; what is longer is not worth comparing. */
const NAME_MAX_CHARS = 64;

const tables = new Map<string, ReadonlyMap<string, string>>();

/**
 * The language of a file by its name: the whole name (Makefile), else the longest extension known (`.blade.php`
 * before `.php`, in any case). Undefined where neither says anything.
 */
export function languageOf(path: string): string | undefined {
  const name = nameOf(path);
  const byName = tableOf(FILENAMES).get(name);
  if (byName !== undefined) return byName;
  const extensions = tableOf(EXTENSIONS);
  const lowerName = name.slice(-NAME_MAX_CHARS).toLowerCase();
  for (let dot = lowerName.indexOf('.'); dot >= 0; dot = lowerName.indexOf('.', dot + 1)) {
    const language = extensions.get(lowerName.slice(dot));
    if (language !== undefined) return language;
  }
  return undefined;
}

/** The language that people mean by a name, an alias or an extension with or without dot, in any case. */
export function languageNamed(text: string): string | undefined {
  const key = text.trim().toLowerCase();
  const byExtension = key.startsWith('.') ? key : `.${key}`;
  return tableOf(ALIASES).get(key) ?? tableOf(EXTENSIONS).get(byExtension);
}

/** Names of languages that `text` may be a misspelling or the beginning of, nearest first; at most three. */
export function languagesNear(text: string): string[] {
  const key = text.trim().toLowerCase();
  if (key.length < 2 || key.length > NAME_MAX_CHARS) return [];
  const distancesMax = key.length < 5 ? 1 : 2;
  const distances = new Map<string, number>();
  for (const [alias, language] of tableOf(ALIASES)) {
    const distance = alias.startsWith(key) ? 0.5 : editDistance(key, alias, distancesMax);
    if (distance <= distancesMax && distance < (distances.get(language) ?? Infinity)) {
      distances.set(language, distance);
    }
  }
  const near = [...distances].sort(([a, left], [b, right]) => left - right || a.length - b.length);
  return near.slice(0, NEAR_MAX).map(([language]) => language);
}

/** The generated text as a map from key to language; made once, when first asked for. */
function tableOf(text: string): ReadonlyMap<string, string> {
  let table = tables.get(text);
  if (table === undefined) {
    const pairs = text
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [language = '', ...keys] = line.split('\t');
        return keys.map((key): [string, string] => [key, language]);
      });
    table = new Map(pairs);
    tables.set(text, table);
  }
  return table;
}
