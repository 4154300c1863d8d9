import {composeOpenSearch, composeS3, hasContainerEngine} from './compose.ts';
import {readOpenSearchUrl, readS3Address, type S3Address, type ServerKind, VARIABLES} from './environment.ts';
import {errorText} from './error-text.ts';
import {startMinio} from './minio.ts';
import {awaitCluster, startOpenSearch} from './opensearch.ts';

/** A server that answers, and how to end it; one that was here before is left running by `stop`. */
export interface RunningServer {
  url: string;
  version: string;
  /** Undefined where it is no child of this process. */
  pid?: number;
  stop(): Promise<void>;
}

/** The result for one server: it answers, or the reason why not. */
export type Outcome<T> = {server: T} | {missing: string};

/** The servers of a test run. */
export interface TestServers {
  opensearch: Outcome<RunningServer>;
  s3: Outcome<RunningServer & S3Address>;
  /** Everything that was started for this run has ended and its data are gone. */
  stop(): Promise<void>;
}

/**
 * OpenSearch and S3 answer, or it is known why not. For each: the one that the environment names, used as it
 * is; else that of compose.yaml where a container engine runs; else one started from its published jars or
 * sources. Never throws: the reason is a value, for the caller to skip or to fail.
 */
export async function startServers(environment: NodeJS.ProcessEnv = process.env): Promise<TestServers> {
  const [opensearch, s3] = await Promise.all([
    outcomeOf(openOpenSearch(environment)),
    outcomeOf(openS3(environment)),
  ]);
  return {
    opensearch,
    s3,
    async stop() {
      const running = [opensearch, s3].flatMap((outcome) => ('server' in outcome ? [outcome.server] : []));
      await Promise.all(running.map((server) => server.stop()));
    },
  };
}

/** Each server that is missing, and why. */
export function missingServers(servers: TestServers): {kind: ServerKind; reason: string}[] {
  const outcomes = [['opensearch', servers.opensearch] as const, ['s3', servers.s3] as const];
  return outcomes.flatMap(([kind, outcome]) =>
    'missing' in outcome ? [{kind, reason: outcome.missing}] : [],
  );
}

/** The variables that tell a test where the servers are; without those of a server that is missing. */
export function serverVariables({opensearch, s3}: TestServers): Record<string, string> {
  return {
    ...('server' in opensearch && {[VARIABLES.opensearchUrl]: opensearch.server.url}),
    ...('server' in s3 && {
      [VARIABLES.s3Url]: s3.server.url,
      [VARIABLES.s3AccessKey]: s3.server.accessKey,
      [VARIABLES.s3SecretKey]: s3.server.secretKey,
    }),
  };
}

async function outcomeOf<T>(opening: Promise<T>): Promise<Outcome<T>> {
  try {
    return {server: await opening};
  } catch (error) {
    return {missing: error instanceof Error ? error.message : String(error)};
  }
}

async function openOpenSearch(environment: NodeJS.ProcessEnv): Promise<RunningServer> {
  const url = readOpenSearchUrl(environment)?.replace(/\/+$/, '');
  if (url === undefined) return fromEngineOr(composeOpenSearch, startOpenSearch);
  return {url, version: await named(url, awaitCluster(url)), stop: leaveRunning};
}

async function openS3(environment: NodeJS.ProcessEnv): Promise<RunningServer & S3Address> {
  const address = readS3Address(environment);
  if (address === undefined) return fromEngineOr(composeS3, startMinio);
  // Any answer will do: without a signature S3 refuses the request, but it is there.
  const {headers} = await named(address.url, fetch(address.url));
  return {...address, version: headers.get('server') ?? 'unknown', stop: leaveRunning};
}

async function fromEngineOr<T>(compose: () => Promise<T>, start: () => Promise<T>): Promise<T> {
  if (!(await hasContainerEngine())) return start();
  try {
    return await compose();
  } catch (error) {
    // An engine that runs may still not reach the registry that has the images.
    process.stderr.write(`${errorText(error)}\ngoing on without the container engine\n`);
    return start();
  }
}

async function named<T>(url: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new Error(`the server that the environment names, ${url}, does not answer: ${errorText(cause)}`, {
      cause,
    });
  }
}

async function leaveRunning(): Promise<void> {}
