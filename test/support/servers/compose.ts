import {join} from 'node:path';
import type {S3Server} from './minio.ts';
import {awaitCluster, type OpenSearchServer} from './opensearch.ts';
import {runTool} from './run-tool.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'compose.yaml');
const ACCESS_KEY = 'ctr-test';
const SECRET_KEY = 'ctr-test-secret';

/** True if a container engine with the compose plugin runs here, not only its command line tool. */
export async function hasContainerEngine(): Promise<boolean> {
  try {
    await runTool('docker', ['info']);
    await runTool('docker', ['compose', 'version']);
    return true;
  } catch {
    return false;
  }
}

/**
 * OpenSearch of compose.yaml, as a project of its own on a free port, next to one that a developer may run.
 * Its container and its data outlive a SIGKILL of this process, unlike everything else that tests start.
 */
export async function composeOpenSearch(): Promise<Omit<OpenSearchServer, 'pid'>> {
  const {url, stop} = await composeService({service: 'opensearch', port: 9200});
  return {url, version: await awaitCluster(url), stop};
}

/** The S3 server of compose.yaml; everything else as for {@link composeOpenSearch}. */
export async function composeS3(): Promise<Omit<S3Server, 'pid'>> {
  const {url, stop} = await composeService({service: 's3', port: 9000});
  return {url, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, version: 'MinIO, as in compose.yaml', stop};
}

async function composeService({service, port}: {service: string; port: number}) {
  const project = `ctr-test-${service}-${process.pid}`;
  const compose = (...args: string[]) =>
    runTool('docker', ['compose', '--file', FILE, '--project-name', project, ...args], {env: environment()});
  const stop = async () => {
    await compose('down', '--volumes', '--timeout', '5');
  };
  try {
    await compose('up', '--detach', '--wait', service);
    const {stdout} = await compose('port', service, String(port));
    return {url: `http://${stdout.trim()}`, stop};
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OPENSEARCH_PORT: '',
    S3_PORT: '',
    S3_ACCESS_KEY: ACCESS_KEY,
    S3_SECRET_KEY: SECRET_KEY,
  };
}
