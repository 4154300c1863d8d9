/** Where the servers of a test run are, by the names under which `npm test` and `npm run servers` tell it. */
export const VARIABLES = {
  opensearchUrl: 'CTR_TEST_OPENSEARCH_URL',
  s3Url: 'CTR_TEST_S3_URL',
  s3AccessKey: 'CTR_TEST_S3_ACCESS_KEY',
  s3SecretKey: 'CTR_TEST_S3_SECRET_KEY',
  require: 'CTR_TEST_REQUIRE',
} as const;

/**
 * Requirements of tests that a machine may lack.
 * - users: the right to run commands as other users (root), who can read this checkout and its Node
 * - old-node: a Node below 24 on the PATH
 * - mount: the right to mount a disk in memory
 */
export const SERVER_KINDS = ['opensearch', 's3', 'browser', 'users', 'old-node', 'mount'] as const;

export type ServerKind = (typeof SERVER_KINDS)[number];

/** An S3 server and the keys of a user that may create buckets there. */
export interface S3Address {
  url: string;
  accessKey: string;
  secretKey: string;
}

/** The OpenSearch that the environment names; undefined where it names none. */
export function readOpenSearchUrl(environment: NodeJS.ProcessEnv): string | undefined {
  return readVariable(environment, 'opensearchUrl');
}

/** The S3 server that the environment names; undefined where it names none. @throws where the keys are missing. */
export function readS3Address(environment: NodeJS.ProcessEnv): S3Address | undefined {
  const url = readVariable(environment, 's3Url');
  if (url === undefined) return undefined;
  const accessKey = readVariable(environment, 's3AccessKey');
  const secretKey = readVariable(environment, 's3SecretKey');
  if (accessKey === undefined || secretKey === undefined) {
    throw new Error(`${VARIABLES.s3Url} needs ${VARIABLES.s3AccessKey} and ${VARIABLES.s3SecretKey} as well`);
  }
  return {url, accessKey, secretKey};
}

/**
 * The servers without which the run must fail, from `CTR_TEST_REQUIRE=opensearch,s3`.
 * @throws Error for a name that is none: a typing mistake must not turn a failure into a skip.
 */
export function readRequired(environment: NodeJS.ProcessEnv): ServerKind[] {
  const names = (readVariable(environment, 'require') ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '').map(serverKind);
}

function serverKind(name: string): ServerKind {
  const kind = SERVER_KINDS.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw new Error(`${VARIABLES.require} names "${name}"; known are ${SERVER_KINDS.join(', ')}`);
}

/** An empty variable counts as one that is not set. */
function readVariable(environment: NodeJS.ProcessEnv, variable: keyof typeof VARIABLES): string | undefined {
  const value = environment[VARIABLES[variable]];
  return value === undefined || value === '' ? undefined : value;
}
