import {serializeBitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {diffLines, type Hunk, hunksOf} from '../domain/line-diff.ts';
import {linesOf} from '../domain/lines-of.ts';
import type {ChangedFile} from './compare-snapshots.ts';
import type {Reader} from './open-reader.ts';
import {findEntry} from './read-file.ts';

/** More than that is not compared line by line. */
const TEXT_MAX_CHARS = 1_000_000;

/** The lines of both sides and where they differ. */
export interface TextDiff {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly hunks: readonly Hunk[];
  readonly addedCount: number;
  readonly removedCount: number;
  /** False where the sides differ too much for the fewest changes to be looked for. */
  readonly isMinimal: boolean;
  /** True if the last line of a side lacks its line feed. */
  readonly isOpen: {readonly before: boolean; readonly after: boolean};
}

/** The lines that differ, or why there are none to show: a side without text, or one that is too large. */
export async function readFileDiff(
  reader: Reader,
  {before, after}: Pick<ChangedFile, 'before' | 'after'>,
): Promise<TextDiff | 'binary' | 'too-large'> {
  const sides = [before, after];
  if (sides.some((side) => side?.notIndexed === 'too-large')) return 'too-large';
  const texts = await Promise.all(sides.map(async (side) => (side ? readText(reader, side) : '')));
  const [old, now] = texts;
  if (old === undefined || now === undefined) return 'binary';
  if (old.length + now.length > TEXT_MAX_CHARS) return 'too-large';
  return diffTexts(old, now);
}

/** A submodule has the text that `git diff` gives it. */
async function readText(reader: Reader, {seq, path, kind, oid}: EntrySummary): Promise<string | undefined> {
  if (kind === 'submodule') return `Subproject commit ${oid}\n`;
  return (await findEntry(reader, {snapshot: serializeBitmap([seq])}, path))?.content;
}

/** The lines of both sides, and where they differ. */
export function diffTexts(old: string, now: string): TextDiff {
  // A last line with and one without its line feed differ, as for Git.
  const isOpen = {before: isUnfinished(old), after: isUnfinished(now)};
  const mark = (text: string) => linesOf(isUnfinished(text) ? `${text}\0` : text);
  const [before, after] = [mark(old), mark(now)];
  const diff = diffLines(before, after);
  const sum = (side: 'oldCount' | 'newCount') =>
    diff.changes.reduce((total, change) => total + change[side], 0);
  return {
    before: linesOf(old),
    after: linesOf(now),
    hunks: hunksOf(diff, {oldLength: before.length}),
    addedCount: sum('newCount'),
    removedCount: sum('oldCount'),
    isMinimal: diff.isMinimal,
    isOpen,
  };
}

function isUnfinished(text: string): boolean {
  return text !== '' && !text.endsWith('\n');
}
