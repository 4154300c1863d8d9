import {type ChangeObject, diffArrays} from 'diff';

/** Lines that one side has and the other has not, from 0; either count may be 0, never both. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
}

export interface LineDiff {
  /** In order, never touching each other. Empty where both texts are the same. */
  readonly changes: readonly LineChange[];
  /** False where the texts differ too much to look for the fewest changes: what lies between is one change. */
  readonly isMinimal: boolean;
}

/**
 * The fewest lines to remove from `before` and to add for `after`, where they are at most `editsMax`. The cost grows
 * with the square of the edits and with the number of lines: the worst texts of 1 MB together take some 0.1 s (measured).
 * The limit is one of edits and not of time, so that the result is the same on every machine.
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  {editsMax = 1000}: {editsMax?: number} = {},
): LineDiff {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  const found = diffArrays(old, now, {maxEditLength: editsMax});
  const whole = {oldStart: start, oldCount: old.length, newStart: start, newCount: now.length};
  return {
    changes: found ? changesOf(found, start) : [whole],
    isMinimal: found !== undefined || old.length === 0 || now.length === 0,
  };
}

/** `start`: the lines that both texts begin with. */
function changesOf(parts: readonly ChangeObject<string[]>[], start: number): LineChange[] {
  const changes: LineChange[] = [];
  let [oldStart, newStart, oldCount, newCount] = [start, start, 0, 0];
  const close = () => {
    if (oldCount + newCount > 0) changes.push({oldStart, oldCount, newStart, newCount});
    [oldStart, newStart, oldCount, newCount] = [oldStart + oldCount, newStart + newCount, 0, 0];
  };
  for (const {added, removed, count} of parts) {
    if (removed) oldCount += count;
    else if (added) newCount += count;
    else {
      close();
      oldStart += count;
      newStart += count;
    }
  }
  close();
  return changes;
}

/** Changes with the lines around them, near ones together, as `git diff` shows them. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  readonly changes: readonly LineChange[];
}

/** The changes in hunks with at most `context` lines before, between and after. */
export function hunksOf(
  {changes}: LineDiff,
  {oldLength, context = 3}: {oldLength: number; context?: number},
): Hunk[] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    const isNear = last && change.oldStart - (last.oldStart + last.oldCount) <= 2 * context;
    if (isNear) groups.at(-1)!.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => {
    const [first, last] = [group[0]!, group.at(-1)!];
    const before = Math.min(context, first.oldStart);
    const oldEnd = last.oldStart + last.oldCount;
    const after = Math.min(context, oldLength - oldEnd);
    return {
      oldStart: first.oldStart - before,
      oldCount: oldEnd + after - first.oldStart + before,
      newStart: first.newStart - before,
      newCount: last.newStart + last.newCount + after - first.newStart + before,
      changes: group,
    };
  });
}
