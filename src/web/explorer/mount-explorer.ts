import type {Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';

/** Pages for people, from index and objects alone. */
export function mountExplorer(_app: Hono, _options: AppOptions): void {}
