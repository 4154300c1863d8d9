import type {Tallies} from './tallies.ts';
import type {Target} from './targets.ts';

/** Parts that the ports of one generation share. */
export interface StoreContext extends Target {
  readonly tallies: Tallies;
}
