import type {Site} from './site.ts';

/** What every part of the server is given. */
export interface AppOptions {
  readonly site: Site;
  /** Where the server stands behind a proxy: `/code`, or empty. Every link that is written begins with it. */
  readonly basePath: string;
  readonly now: () => Date;
}
