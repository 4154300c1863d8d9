import {PassThrough} from 'node:stream';
import type {Hono} from 'hono';
import {openSite, type SiteRoot} from '../../src/app/site/open-site.ts';
import type {Site} from '../../src/app/site/site.ts';
import {createApp} from '../../src/web/app.ts';
import type {CtrRig} from './ctr-rig.ts';

// biome-ignore lint/suspicious/noExplicitAny: each test names what it reads.
export type Json = Record<string, any>;

interface WebRigOptions {
  readonly basePath?: string;
  readonly isIndexOnly?: boolean;
  readonly directory?: string;
}

/** The server of a rig's repository, without a port. Disposing of it closes its stores; the rig stays. */
export class WebRig implements AsyncDisposable {
  readonly app: Hono;
  readonly site: Site & AsyncDisposable;

  private constructor({app, site}: Pick<WebRig, 'app' | 'site'>) {
    this.app = app;
    this.site = site;
  }

  /** With `isIndexOnly` as a machine sees it that has no repository; with `directory`, all repositories below it. */
  static async open(
    {gitDir, env}: Pick<CtrRig, 'gitDir' | 'env'>,
    {basePath = '', isIndexOnly = false, directory}: WebRigOptions = {},
  ): Promise<WebRig> {
    const context = {
      env,
      cwd: gitDir,
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      isTerminal: {stdout: false, stderr: false},
      now: () => new Date(),
    };
    const common = {json: false, quiet: false, verbose: false, flags: new Map()};
    const root: SiteRoot = isIndexOnly
      ? {kind: 'index'}
      : directory === undefined
        ? {kind: 'repository', gitDir}
        : {kind: 'directory', directory};
    const site = await openSite({...context, ...(isIndexOnly && {cwd: '/'})}, common, root);
    return new WebRig({app: createApp({site, basePath, now: context.now}), site});
  }

  /** The answer to a request of the API. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    return this.app.request(`http://localhost/api/v1${path}`, init);
  }

  /** The JSON of an answer that must be a 200. */
  async json<T = Json>(path: string, init?: RequestInit): Promise<T> {
    const answer = await this.ask(path, init);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
  }
}
