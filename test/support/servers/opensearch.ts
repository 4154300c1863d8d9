import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findJavaHome} from './jdk.ts';
import {runTool} from './run-tool.ts';
import {openCached} from './server-cache.ts';
import {ServerProcess} from './server-process.ts';

const VERSION_DEFAULT = '3.8.0';
const READY_MAX_MS = 120_000;

/** A running OpenSearch without users and passwords, reachable from this machine alone. */
export interface OpenSearchServer {
  url: string;
  version: string;
  pid: number;
  /** The process has ended and its data are gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * A real OpenSearch node with no data answers at the returned address, its cluster at least yellow.
 *
 * Needs Maven for the first start of a version (a minute, 80 MB); later starts take the jars from the cache
 * and about 4 s. It dies with this process. Versions seen to work: 3.5.0, 3.6.0, 3.8.0.
 * @throws Error with the end of the log of Maven or of the server.
 */
export async function startOpenSearch(options: {version?: string} = {}): Promise<OpenSearchServer> {
  const javaHome = await findJavaHome();
  const jars = await openJars(options.version ?? VERSION_DEFAULT, javaHome);
  const server = await ServerProcess.start('OpenSearch', (dir) => ({
    command: join(javaHome, 'bin', 'java'),
    args: [...javaArgs(jars), 'OpenSearchLauncher', ...nodeSettings(dir)],
  }));
  try {
    const [, address] = await server.lineMatching(/^LISTENING (.+)$/, {timeoutMs: READY_MAX_MS});
    const url = `http://${address}`;
    const version = await server.whileRunning(awaitCluster(url), {timeoutMs: READY_MAX_MS});
    return {url, version, pid: server.pid, stop: () => server.stop()};
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The cluster at `url` is at least yellow; returns the server's version. @throws Error where it is not. */
export async function awaitCluster(url: string): Promise<string> {
  const {version} = (await getJson(`${url}/`)) as {version: {number: string}};
  await getJson(`${url}/_cluster/health?wait_for_status=yellow&timeout=60s`);
  return version.number;
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function openJars(version: string, javaHome: string): Promise<string> {
  const pom = join(import.meta.dirname, 'pom.xml');
  const sources = [await readFile(pom), await readFile(join(import.meta.dirname, 'OpenSearchLauncher.java'))];
  const hash = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12);
  return openCached(`opensearch-${version}-${hash}`, async (dir) => {
    process.stderr.write(`fetching OpenSearch ${version} by Maven (once)\n`);
    const properties = [`-Dopensearch.version=${version}`, `-DoutputDirectory=${dir}`];
    await runTool('mvn', ['--quiet', '--batch-mode', '--file', pom, ...properties, 'package'], {
      env: {...process.env, JAVA_HOME: javaHome},
    });
  });
}

function javaArgs(jars: string): string[] {
  return [
    '-Xms1g',
    '-Xmx1g',
    '-XX:+ExitOnOutOfMemoryError',
    '--enable-native-access=ALL-UNNAMED',
    '-Dorg.apache.logging.log4j.level=WARN',
    '-cp',
    `${join(jars, 'opensearch-launcher.jar')}:${join(jars, 'lib', '*')}`,
  ];
}

function nodeSettings(dir: string): string[] {
  return [
    `path.home=${dir}`,
    `path.data=${join(dir, 'data')}`,
    `path.logs=${join(dir, 'logs')}`,
    'network.host=127.0.0.1',
    // The kernel chooses; the launcher prints what it chose.
    'http.port=0',
    'transport.port=0',
    'http.type=netty4',
    'transport.type=netty4',
    'discovery.type=single-node',
    'cluster.name=ctr-test',
    'node.name=ctr-test',
    // Every test has its own indexes, and a disk that is nearly full is no reason to refuse them.
    'cluster.max_shards_per_node=10000',
    'cluster.routing.allocation.disk.threshold_enabled=false',
  ];
}
