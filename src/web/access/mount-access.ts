import type {Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';
import {judge, OPEN_ACCESS} from './access.ts';
import {refusal} from './refusal.ts';
import type {Token} from './token-files.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** The token that the request was allowed by; undefined where none was needed. */
    token: Token | undefined;
  }
}

/** Protects all routes that are mounted after it. */
export function mountAccess(app: Hono, {access = OPEN_ACCESS}: AppOptions): void {
  app.use('*', async (c, next) => {
    const verdict = await judge(access, 'read', c.req.header('authorization'));
    if (verdict.kind !== 'allowed') return refusal(verdict, 'read');
    c.set('token', verdict.token);
    await next();
  });
}
