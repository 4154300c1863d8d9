/**
 * Finds out which number belongs to which name, when documents that said so are lost: in each of many sets (the trees
 * of commits) some of the names and some of the numbers are present, and a number is present exactly where its name is.
 *
 * So all begin in one class, and each set splits a class into those that are in it and those that are not. What is
 * still together at the end was together everywhere, and is interchangeable. A class is kept as a hash of the sets
 * that its members were in (64 bits; two classes become one by chance once in 10^19).
 */
export class PresenceMatcher {
  readonly #names = new Map<number, Signature>();
  readonly #numbers = new Map<number, Signature>();
  #step = 0;

  /** One more set: the names without a number, and the numbers without a name, that are in it. */
  see(names: Iterable<number>, numbers: Iterable<number>): void {
    this.#step++;
    for (const name of names) this.#mark(this.#names, name);
    for (const number of numbers) this.#mark(this.#numbers, number);
  }

  /**
   * The number of each name whose class has as many names as numbers; within a class, both ascending. A name that
   * was never seen has none.
   */
  pairs(): Map<number, number> {
    const numbers = classesOf(this.#numbers);
    const pairs = new Map<number, number>();
    for (const [signature, names] of classesOf(this.#names)) {
      const found = numbers.get(signature) ?? [];
      if (found.length !== names.length) continue;
      for (const [at, name] of names.entries()) pairs.set(name, found[at]!);
    }
    return pairs;
  }

  /** Whether the name was in some set. */
  hasSeen(name: number): boolean {
    return this.#names.has(name);
  }

  #mark(members: Map<number, Signature>, member: number): void {
    let signature = members.get(member);
    if (!signature) members.set(member, (signature = {a: 0x811c9dc5, b: 0x2545f491}));
    signature.a = mix(signature.a, this.#step, 0x9e3779b1);
    signature.b = mix(signature.b, this.#step, 0x85ebca6b);
  }
}

interface Signature {
  a: number;
  b: number;
}

function mix(hash: number, step: number, factor: number): number {
  let mixed = Math.imul(hash ^ step, factor);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0xc2b2ae35) ^ (mixed >>> 13);
}

/** Members by their signature, ascending. */
function classesOf(members: ReadonlyMap<number, Signature>): Map<string, number[]> {
  const sorted = [...members].sort(([x], [y]) => x - y);
  const classes = new Map<string, number[]>();
  for (const [member, {a, b}] of sorted) {
    const signature = `${a} ${b}`;
    const together = classes.get(signature);
    if (together) together.push(member);
    else classes.set(signature, [member]);
  }
  return classes;
}
