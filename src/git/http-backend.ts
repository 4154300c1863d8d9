import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import {findForeignOwner} from '../util/foreign-owner.ts';
import type {GitSetting} from './fetch-defaults.ts';
import {type GitEnd, userEnvironment} from './git-process.ts';

/** After a polite signal, so that git removes what it has begun to write. */
const KILL_AFTER_MS = 5000;
const STDERR_KEPT_CHARS = 4096;

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** One request of a git client, as far as git must know of it. Nothing else that a client says reaches git. */
export interface HttpBackendRequest {
  /** Ours, never from the request. */
  readonly gitDir: string;
  readonly service: GitService;
  /** What the first request of every exchange asks for; else the exchange itself. */
  readonly isAdvertisement: boolean;
  /** Of the body, as it comes; undefined where it comes in chunks. */
  readonly contentLength: number | undefined;
  readonly isGzip: boolean;
  /** The client's `Git-Protocol`; anything but a plain list of words is ignored. */
  readonly protocol: string | undefined;
  /** Whose token it is; for hooks and reflogs. */
  readonly remoteUser: string | undefined;
  readonly remoteAddress: string | undefined;
  /** Settings for this exchange, over those of the configuration. */
  readonly settings: readonly GitSetting[];
  /** A pack that is larger is refused. */
  readonly packMaxBytes: number;
}

/** A running `git http-backend`. */
export interface HttpBackend {
  /** Never emits an unhandled error: what is written to a git that has ended is dropped. */
  readonly stdin: Writable;
  /** A CGI answer: a head, an empty line, a body. */
  readonly stdout: Readable;
  /** The end of what git said on stderr. */
  stderrTail(): string;
  /** Resolves when git has ended, however it did, and with it all it started, but for what detached itself. */
  readonly ended: Promise<GitEnd>;
  /** Ends git and all that it started: politely, then without asking. May be repeated. */
  kill(): void;
}

/**
 * Starts `git http-backend` for one request. It reads the user's and the system's configuration, as a push over a
 * path does, and a session of its own makes sure that hooks and helpers go with it when it is killed. A server of root
 * starts it as the owner of the repository: what root pushed would be closed to all others.
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
  const ended = endOf(child).finally(() => {
    hasEnded = true;
    clearTimeout(killTimer);
  });
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT_CHARS);
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderrTail: () => tail,
    ended,
    kill() {
      if (hasEnded || killTimer) return;
      signalGroup(child, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
    },
  };
}

/** What makes a child of root the owner's; nothing for everybody else, and where the repository is root's. */
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
    // It has gone by itself, and only its pipes are not closed yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<GitEnd> {
  return new Promise((resolve) => {
    child.once('error', (startError) => resolve({exitCode: null, signal: null, startError}));
    child.once('close', (exitCode, signal) => resolve({exitCode, signal}));
  });
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

/** What holds for every repository, whatever its own configuration says. Source: git-config(1), GIT_CONFIG_COUNT. */
function configVariables({gitDir, packMaxBytes, settings}: HttpBackendRequest): NodeJS.ProcessEnv {
  const all: GitSetting[] = [
    ...settings,
    ['http.getanyfile', 'false'],
    ['receive.fsckObjects', 'true'],
    ['receive.maxInputSize', String(packMaxBytes)],
    // Who runs the server has named the repository: git need not ask who owns it.
    ['safe.directory', gitDir],
  ];
  const variables: NodeJS.ProcessEnv = {GIT_CONFIG_COUNT: String(all.length)};
  for (const [at, [key, value]] of all.entries()) {
    variables[`GIT_CONFIG_KEY_${at}`] = key;
    variables[`GIT_CONFIG_VALUE_${at}`] = value;
  }
  return variables;
}
