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

/** The lines of a text as `git diff` counts them, without their line feeds. What follows the last one counts if it is not empty. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * The fewest lines to take out of `before` and put in for `after`, as long as they are at most `editsMax`: the cost
 * in time and memory grows with its square, and with the number of lines.
 * Source: Myers, An O(ND) difference algorithm and its variations (1986).
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
  const [old, now] = numbered(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  );
  const found = shortestEdit(old, now, editsMax);
  const changes = found ?? wholeChange(old.length, now.length);
  return {
    changes: changes.map((change) => ({
      ...change,
      oldStart: change.oldStart + start,
      newStart: change.newStart + start,
    })),
    isMinimal: found !== undefined,
  };
}

function wholeChange(oldCount: number, newCount: number): LineChange[] {
  return [{oldStart: 0, oldCount, newStart: 0, newCount}];
}

/** The same number for the same line: numbers compare faster than lines. */
function numbered(before: readonly string[], after: readonly string[]): [Uint32Array, Uint32Array] {
  const numbers = new Map<string, number>();
  const numberOf = (line: string) => {
    const number = numbers.get(line) ?? numbers.size;
    numbers.set(line, number);
    return number;
  };
  return [Uint32Array.from(before, numberOf), Uint32Array.from(after, numberOf)];
}

/** Undefined where it takes more than `editsMax` edits. */
function shortestEdit(old: Uint32Array, now: Uint32Array, editsMax: number): LineChange[] | undefined {
  const furthest = Math.min(old.length + now.length, editsMax);
  // By diagonal (old - now), offset by `furthest + 1`: how far into `old` the paths of so many edits get.
  const reach = new Int32Array(2 * furthest + 3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= furthest; edits++) {
    trace.push(reach.slice(furthest + 1 - edits - 1, furthest + 1 + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = furthest + 1 + diagonal;
      const isDown = diagonal === -edits || (diagonal !== edits && reach[at - 1]! < reach[at + 1]!);
      let x = isDown ? reach[at + 1]! : reach[at - 1]! + 1;
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++;
      reach[at] = x;
      if (x >= old.length && x - diagonal >= now.length) return walkBack(old.length, now.length, trace);
    }
  }
  return undefined;
}

/** The way that the trace took, from its end, as changes in order. */
function walkBack(oldLength: number, newLength: number, trace: readonly Int32Array[]): LineChange[] {
  const changes: LineChange[] = [];
  let x = oldLength;
  let y = newLength;
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const reach = trace[edits]!;
    const at = (diagonal: number) => reach[diagonal + edits + 1]!;
    const diagonal = x - y;
    const isDown = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
    x = isDown ? at(diagonal + 1) : at(diagonal - 1);
    y = x - (isDown ? diagonal + 1 : diagonal - 1);
    addEdit(
      changes,
      isDown
        ? {oldStart: x, oldCount: 0, newStart: y, newCount: 1}
        : {oldStart: x, oldCount: 1, newStart: y, newCount: 0},
    );
  }
  return changes.reverse();
}

/** Edits come last first: one that touches the change before it becomes a part of it. */
function addEdit(changes: LineChange[], edit: LineChange): void {
  const next = changes.at(-1);
  const isTouching =
    next &&
    edit.oldStart + edit.oldCount === next.oldStart &&
    edit.newStart + edit.newCount === next.newStart;
  if (!isTouching) {
    changes.push(edit);
    return;
  }
  changes[changes.length - 1] = {
    oldStart: edit.oldStart,
    oldCount: edit.oldCount + next.oldCount,
    newStart: edit.newStart,
    newCount: edit.newCount + next.newCount,
  };
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
