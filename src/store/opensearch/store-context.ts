import type {Server} from './server.ts';
import type {Tallies} from './tallies.ts';
import type {Target} from './targets.ts';

/** What the ports of one generation work with. */
export interface StoreContext extends Target {
  readonly server: Server;
  readonly tallies: Tallies;
}
