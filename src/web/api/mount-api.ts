import type {Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';

/** `/api/v1`: JSON for programs, and the OpenSearch gateway. */
export function mountApi(_app: Hono, _options: AppOptions): void {}
