import {randomUUID} from 'node:crypto';
import type {TestServers} from '../support/servers/index.ts';
import type {BackendKind} from './options.ts';

/** Where ctr indexes to: what `ctr install` is told, and what only the environment may say. */
export interface Backend {
  readonly kind: BackendKind;
  /** Engines and versions, for people. */
  readonly title: string;
  /** Of OpenSearch; undefined for the embedded backend. */
  readonly indexUrl: string | undefined;
  readonly secrets: NodeJS.ProcessEnv;
  /** Flags for an index of its own. */
  newIndexFlags(): string[];
}

export function embeddedBackend(): Backend {
  const title = `SQLite ${process.versions['sqlite']} and files`;
  return {kind: 'embedded', title, indexUrl: undefined, secrets: {}, newIndexFlags: () => []};
}

/** @throws Error with the reason where a server is missing. */
export function serversBackend({opensearch, s3}: TestServers): Backend {
  if ('missing' in opensearch) throw new Error(`no OpenSearch: ${opensearch.missing}`);
  if ('missing' in s3) throw new Error(`no S3: ${s3.missing}`);
  const {url, accessKey, secretKey, version} = s3.server;
  return {
    kind: 'servers',
    title: `OpenSearch ${opensearch.server.version} and S3 (${version})`,
    indexUrl: opensearch.server.url,
    secrets: {CTR_OBJECTS_ACCESS_KEY: accessKey, CTR_OBJECTS_SECRET_KEY: secretKey},
    newIndexFlags: () => [
      `--index-url=${opensearch.server.url}`,
      `--index-name=bench-${randomUUID()}`,
      `--objects-url=${url}`,
      '--objects-bucket=ctr-bench',
    ],
  };
}
