import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {freePort} from './free-port.ts';
import {runTool} from './run-tool.ts';
import {openCached} from './server-cache.ts';
import {ServerProcess} from './server-process.ts';

/** A Go pseudo-version: MinIO's release tags do not resolve as versions of a Go module. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';
const READY_MAX_MS = 60_000;
const POLL_MS = 25;

/** A running S3 server with no buckets, reachable from this machine alone. */
export interface S3Server {
  url: string;
  accessKey: string;
  secretKey: string;
  version: string;
  pid: number;
  /** The process has ended and its data are gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * A MinIO server with one empty disk answers at the returned address.
 *
 * Needs Go for the first start (3 minutes, 150 MB); later starts take the program from the cache
 * and less than a second. It dies with this process.
 * @throws Error with the end of the log of Go or of the server.
 */
export async function startMinio(): Promise<S3Server> {
  const program = join(await openProgram(), 'minio');
  const address = `127.0.0.1:${await freePort()}`;
  const accessKey = 'ctr-test';
  const secretKey = randomBytes(12).toString('hex');
  const server = await ServerProcess.start('MinIO', (dir) => ({
    command: program,
    args: ['server', join(dir, 'data'), '--address', address, '--quiet'],
    env: minioEnvironment({dir, accessKey, secretKey}),
  }));
  try {
    const url = `http://${address}`;
    await server.whileRunning(awaitReady(url), {timeoutMs: READY_MAX_MS});
    return {
      url,
      accessKey,
      secretKey,
      version: `MinIO ${VERSION}`,
      pid: server.pid,
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function minioEnvironment(own: {dir: string; accessKey: string; secretKey: string}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MINIO_'));
  return {
    ...Object.fromEntries(inherited),
    HOME: own.dir,
    MINIO_ROOT_USER: own.accessKey,
    MINIO_ROOT_PASSWORD: own.secretKey,
    // No web console on a second port, no look-up of newer releases.
    MINIO_BROWSER: 'off',
    MINIO_UPDATE: 'off',
  };
}

async function awaitReady(url: string): Promise<void> {
  const deadline = Date.now() + READY_MAX_MS;
  while (Date.now() < deadline && !(await isReady(url))) await delay(POLL_MS);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/minio/health/ready`)).ok;
  } catch {
    // Refused: it does not listen yet. The watcher of the process notices its end.
    return false;
  }
}

async function openProgram(): Promise<string> {
  return openCached(`minio-${VERSION}`, async (dir) => {
    process.stderr.write('building MinIO with Go (once, takes some minutes)\n');
    await runTool('go', ['install', `github.com/minio/minio@${VERSION}`], {
      cwd: dir,
      // Without cgo no C compiler is needed.
      env: {...process.env, GOBIN: dir, CGO_ENABLED: '0', GOFLAGS: ''},
    });
  });
}
