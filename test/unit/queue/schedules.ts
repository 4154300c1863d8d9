/**
 * Runs a small concurrent program under every order of its steps.
 *
 * An actor is an async function that awaits `step()` before each thing that others can see. Only one actor moves at
 * a time, from one `step()` to the next; which one is the only freedom there is, and all of it is tried.
 */
export type Step = () => Promise<void>;

export type Actor = (step: Step) => Promise<void>;

/** A fresh program for one schedule: its actors, and what must be true when all have ended (or stand still). */
export interface Program {
  readonly actors: readonly Actor[];
  check(): void | Promise<void>;
}

/** Runs every schedule of the program; returns how many there were. Throws what the first failing check throws. */
export async function runAllSchedules(createProgram: () => Program): Promise<number> {
  let schedules = 0;
  // Depth first: a schedule is the list of choices made, the next one is the last choice that can be raised, raised.
  for (let choices: Choice[] | undefined = []; choices !== undefined; choices = nextChoices(choices)) {
    const program = createProgram();
    await runSchedule(program.actors, choices);
    schedules++;
    try {
      await program.check();
    } catch (error) {
      const order = choices.map((choice) => choice.actor).join('');
      throw new Error(`schedule ${order}: ${(error as Error).message}`, {cause: error});
    }
  }
  return schedules;
}

/** The `picked`-th of the `open` actors that could move; `actor` is its number, for the failure message. */
interface Choice {
  picked: number;
  open: number;
  actor: number;
}

async function runSchedule(actors: readonly Actor[], choices: Choice[]): Promise<void> {
  const waiting = new Map<number, () => void>();
  const failures: unknown[] = [];
  for (const [number, actor] of actors.entries()) {
    const step = () => new Promise<void>((resolve) => void waiting.set(number, resolve));
    void actor(step).catch((error: unknown) => failures.push(error));
  }
  for (let depth = 0; ; depth++) {
    await settle();
    if (failures.length > 0) throw failures[0];
    if (waiting.size === 0) return;
    const open = [...waiting.keys()].sort();
    const choice = choices[depth] ?? {picked: 0, open: open.length, actor: 0};
    choice.actor = open[choice.picked]!;
    choices[depth] = choice;
    const resume = waiting.get(choice.actor)!;
    waiting.delete(choice.actor);
    resume();
  }
}

function nextChoices(choices: readonly Choice[]): Choice[] | undefined {
  const next = [...choices];
  for (let last = next.pop(); last !== undefined; last = next.pop()) {
    if (last.picked + 1 < last.open) return [...next, {...last, picked: last.picked + 1}];
  }
  return undefined;
}

/** Every promise that can settle without the outside world has settled: setImmediate runs after all microtasks. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
