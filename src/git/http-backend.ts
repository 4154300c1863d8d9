import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import {findForeignOwner} from '../util/foreign-owner.ts';
import {keepTail} from '../util/keep-tail.ts';
import type {GitSetting} from './fetch-defaults.ts';
import {type GitEnd, readEnd, userEnvironment} from './git-process.ts';

/** Time after SIGTERM for git to remove its unfinished files. */
const KILL_AFTER_MS = 5000;
const STDERR_KEPT_CHARS = 4096;

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** The parts of a client's request that git needs. Git gets nothing else from a client. */
export interface HttpBackendRequest {
  /** Ours, never from the request. */
  readonly gitDir: string;
  readonly service: GitService;
  /** The first request of every exchange (`info/refs`); else the exchange itself. */
  readonly isAdvertisement: boolean;
  /** Length of the body as sent; undefined if it is chunked. */
  readonly contentLength: number | undefined;
  readonly isGzip: boolean;
  /** The client's `Git-Protocol`; anything but a plain list of words is ignored. */
  readonly protocol: string | undefined;
  /** Name of the token; for hooks and reflogs. */
  readonly remoteUser: string | undefined;
  readonly remoteAddress: string | undefined;
  /** Settings for this exchange, over those of the configuration. */
  readonly settings: readonly GitSetting[];
  /** A pack that is larger is refused. */
  readonly packMaxBytes: number;
}

/** A running `git http-backend`. */
export interface HttpBackend {
  /** Never emits an unhandled error: writes to a git that has ended are dropped. */
  readonly stdin: Writable;
  /** A CGI answer: a head, an empty line, a body. */
  readonly stdout: Readable;
  /** The end of git's stderr. */
  stderrTail(): string;
  /** Resolves when git and all its children have ended in any way, except detached ones. */
  readonly ended: Promise<GitEnd>;
  /** Ends git and all its children: first SIGTERM, then SIGKILL. May be repeated. */
  kill(): void;
}

/**
 * Starts `git http-backend` for one request. It reads the user's and the system's configuration, like a push to a path.
 * It has its own session, so that hooks and helpers are killed with it. A server of root starts it as the owner of the
 * repository: other users could not read the files that root would create.
 */
export function startHttpBackend(request: HttpBackendRequest): HttpBackend {
  const owner = ownerOptions(request.gitDir);
  const child = spawn('git', ['http-backend'], {
    cwd: '/',
    env: {...userEnvironment(), ...owner.env, ...cgiVariables(request), ...configVariables(request)},
    ...owner.ids,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => {});
  let hasEnded = false;
  let killTimer: NodeJS.Timeout | undefined;
  const ended = readEnd(child).finally(() => {
    hasEnded = true;
    clearTimeout(killTimer);
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderrTail: keepTail([child.stderr], STDERR_KEPT_CHARS),
    ended,
    kill() {
      if (hasEnded || killTimer) return;
      signalGroup(child, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
    },
  };
}

/** Options that run a child of root as the owner of the repository; empty for other users and for root's repositories. */
function ownerOptions(gitDir: string) {
  const owner = findForeignOwner(gitDir);
  if (owner === undefined) return {ids: {}, env: {}};
  const {uid, gid, account} = owner;
  const {name, home} = account;
  return {ids: {uid, gid}, env: {HOME: home, USER: name, LOGNAME: name, XDG_CONFIG_HOME: undefined}};
}

function signalGroup({pid}: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended by itself, and only its pipes are not closed yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Source: git-http-backend(1), ENVIRONMENT, and RFC 3875. */
function cgiVariables(request: HttpBackendRequest): NodeJS.ProcessEnv {
  const {gitDir, service, isAdvertisement, contentLength, isGzip, protocol} = request;
  return {
    GIT_PROJECT_ROOT: gitDir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: isAdvertisement ? '/info/refs' : `/${service}`,
    QUERY_STRING: isAdvertisement ? `service=${service}` : '',
    REQUEST_METHOD: isAdvertisement ? 'GET' : 'POST',
    ...(!isAdvertisement && {CONTENT_TYPE: `application/x-${service}-request`}),
    ...(contentLength !== undefined && {CONTENT_LENGTH: String(contentLength)}),
    ...(isGzip && {HTTP_CONTENT_ENCODING: 'gzip'}),
    ...(protocol !== undefined && /^[a-z0-9=:.-]{1,100}$/.test(protocol) && {GIT_PROTOCOL: protocol}),
    ...(request.remoteUser !== undefined && {REMOTE_USER: request.remoteUser}),
    ...(request.remoteAddress !== undefined && {REMOTE_ADDR: request.remoteAddress}),
  };
}

/** Settings that override the configuration of every repository. Source: git-config(1), GIT_CONFIG_COUNT. */
function configVariables({gitDir, packMaxBytes, settings}: HttpBackendRequest): NodeJS.ProcessEnv {
  const all: GitSetting[] = [
    ...settings,
    ['http.getanyfile', 'false'],
    ['receive.fsckObjects', 'true'],
    ['receive.maxInputSize', String(packMaxBytes)],
    // The administrator of the server has named the repository, so git need not check its owner.
    ['safe.directory', gitDir],
  ];
  const variables: NodeJS.ProcessEnv = {GIT_CONFIG_COUNT: String(all.length)};
  for (const [at, [key, value]] of all.entries()) {
    variables[`GIT_CONFIG_KEY_${at}`] = key;
    variables[`GIT_CONFIG_VALUE_${at}`] = value;
  }
  return variables;
}
