import type {Site} from '../app/site/site.ts';
import type {Access} from './access/access.ts';
import type {GitProcesses} from './git-http/git-processes.ts';
import type {OperationOptions} from './operation/operation-options.ts';
import type {ReadProcesses} from './server/read-processes/reads.ts';

/** Options of all parts of the server. */
export interface AppOptions {
  readonly site: Site;
  /** Where the server stands behind a proxy: `/code`, or empty. Every link that is written begins with it. */
  readonly basePath: string;
  readonly now: () => Date;
  /** The hosts that requests may name, as `knownHosts` gives them. Absent: any. */
  readonly hosts?: ReadonlySet<string> | undefined;
  /** Permissions to read and push. Absent: reading is open, and pushing is off. */
  readonly access?: Access | undefined;
  /** Absent: no clone, fetch and push. */
  readonly git?: GitHttpOptions | undefined;
  /** Absent: nothing is logged and measured. */
  readonly operation?: OperationOptions | undefined;
  /** Where pages and answers of the API are made. Absent: here. */
  readonly reads?: ReadProcesses | undefined;
}

/** Git over smart HTTP. */
export interface GitHttpOptions {
  readonly processes: GitProcesses;
  /** A larger pack is refused. */
  readonly pushMaxBytes: number;
  /** How long neither side may be silent. */
  readonly idleMs: number;
  /** Git failed, in its own words. */
  readonly onFailure: (failure: {
    readonly repository: string;
    readonly service: string;
    readonly words: string;
  }) => void;
}
