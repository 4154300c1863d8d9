import type {Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';

/** `/healthz`, `/readyz`, `/metrics`, and what holds for every request: the access log, limits. */
export function mountOperation(_app: Hono, _options: AppOptions): void {}
