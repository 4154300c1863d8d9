import type {Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';

/** Clone, fetch and push over smart HTTP. */
export function mountGitHttp(_app: Hono, _options: AppOptions): void {}
