import type {Backend} from '../../support/ctr-rig.ts';
import {seededRandom} from '../../support/random-history.ts';
import {FAULTS, type Fault} from './faults.ts';
import {assertProven, assertRecovers, openWorld, type World} from './world.ts';

/** A round of a campaign, ready to be run. */
export interface Round {
  readonly name: string;
  /** Returns what happened. Fails where the index does not recover. */
  run(): Promise<string>;
}

/**
 * Runs `rounds` faults, one after the other, on one repository that lives through all of them: each fault once before
 * any comes again. After each round the index must equal Git; at the end it is proven whole. The seed decides the
 * pushes, the faults and their points; what depends on time (a signal, a broken connection) may differ.
 */
export async function runCampaign(
  {backend, seed, rounds}: {readonly backend: 'embedded' | 'servers'; seed: number; rounds: number},
  onRound: (round: Round) => Promise<void>,
): Promise<void> {
  await using world = await openWorld(backend, seed);
  await assertRecovers(world);
  const faults = planFaults(backend, {seed, rounds});
  for (const [i, fault] of faults.entries()) {
    await onRound({
      name: `round ${i + 1}: ${fault.name}`,
      run: () => runRound(world, fault),
    });
  }
  await onRound({
    name: 'in the end the whole index is proven',
    async run() {
      await assertProven(world);
      return 'verified';
    },
  });
}

async function runRound(world: World, fault: Fault): Promise<string> {
  const what = await fault.strike(world);
  await assertRecovers(world);
  return what;
}

/** The faults that this backend can meet, in an order that follows from the seed, again and again. */
function planFaults(backend: Backend, {seed, rounds}: {seed: number; rounds: number}): Fault[] {
  const random = seededRandom(seed);
  const possible = FAULTS.filter((fault) => (fault.backend ?? backend) === backend);
  const plan: Fault[] = [];
  while (plan.length < rounds) plan.push(...shuffled(possible, random));
  return plan.slice(0, rounds);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({item, at: random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item);
}
