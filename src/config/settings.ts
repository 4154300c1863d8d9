import {z} from 'zod';
import {parseFilledStore} from './filled-store.ts';

const flag = z
  .enum(['true', 'false', 'yes', 'no', 'on', 'off', '1', '0'])
  .transform((word) => /^(true|yes|on|1)$/.test(word));

const UNITS: Record<string, number> = {k: 1024, m: 1024 ** 2, g: 1024 ** 3};

/** A number as Git's config writes it: digits, and k, m or g for powers of 1024. */
const bytes = z
  .string()
  .regex(/^\d{1,15}[kmg]?$/i, 'must be a number of bytes, such as 500000, 512k or 2m')
  .transform((text) => Number.parseInt(text, 10) * (UNITS[text.at(-1)!.toLowerCase()] ?? 1));

/** A document of OpenSearch is one request of at most 100 MB, and its JSON may be three times its text. */
const TEXT_MAX_BYTES = 32 * 1024 * 1024;

const word = z.string().min(1);

function matching(pattern: RegExp, message: string) {
  return z.string().regex(pattern, message);
}

const seconds = matching(/^\d{1,9}$/, 'must be a whole number of seconds').transform(Number);
const someSeconds = seconds.refine((count) => count > 0, 'must be at least 1');

/** From 1 to a number of nines. */
function countTo(max: 99 | 9999) {
  const pattern = new RegExp(`^[1-9]\\d{0,${String(max).length - 1}}$`);
  return matching(pattern, `must be a whole number from 1 to ${max}`).transform(Number);
}

/** Refuses everything but an address without a user and a password in it. */
function checkUrl(text: string, context: z.RefinementCtx, said: {scheme: string; credentials: string}): void {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) context.addIssue(said.scheme);
  else if (url.username || url.password) context.addIssue(said.credentials);
}

const server = z.string().superRefine((text, context) => {
  if (text === 'embedded') return;
  const scheme = 'must be `embedded` or a URL that begins with http:// or https://';
  const credentials = 'must not hold a user or a password: use the environment or ctr.secretsFile';
  checkUrl(text, context, {scheme, credentials});
});
const address = z
  .string()
  .max(4096)
  .superRefine((text, context) => {
    const scheme = 'must be a URL that begins with http:// or https://';
    const credentials = 'must not hold a user or a password: receivers check the signature';
    checkUrl(text, context, {scheme, credentials});
  });

function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(1000).default([]);
}
const list = listOf(word.max(4096));

/**
 * Every setting with its check and its description, from which docs/config.md is generated. Values are text, as in
 * Git's config; a `list` is a key that may be given several times. Unknown keys are refused.
 */
export const SETTINGS = z.strictObject({
  'ctr.id': matching(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
    .optional()
    .describe(
      'Random id of this repository in its index. Written by `ctr install`; do not copy it to another one.',
    ),
  'ctr.home': word
    .optional()
    .describe('Directory of the repository at its last sync, to tell a copy from a move. Written by ctr.'),
  'ctr.store': z
    .array(z.string().refine((text) => parseFilledStore(text) !== undefined, 'must be as ctr has written it'))
    .default([])
    .describe(
      'A store that this repository has filled: addresses and names, no secrets. Several; the last one is in use. Written by ctr; see docs/stores.md.',
    ),
  'ctr.name': matching(
    /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,99}$/u,
    'must be letters, digits, dots, dashes, at most 100',
  )
    .optional()
    .describe("Name of the repository for readers. Default: the directory's name without .git."),
  'ctr.refs': list.describe(
    'Globs of full ref names to index, `!glob` to leave some out. Several. Default: every ref.',
  ),
  'ctr.history': z
    .enum(['all', 'refs'])
    .default('all')
    .describe(
      '`all`: the files of every commit. `refs`: only the files that a ref shows now; `ctr log` lists all other commits, too.',
    ),
  'ctr.exclude': list.describe(
    'Paths, as in .gitignore, whose content is neither indexed nor stored. Several.',
  ),
  'ctr.text.maxBytes': bytes
    .refine((size) => size <= TEXT_MAX_BYTES, 'must be at most 32m')
    .default(2 * 1024 * 1024)
    .describe('Larger texts can be read but not searched. Bytes, or with k, m, g. Default: 2m.'),
  'ctr.publish': list.describe(
    'Globs of full ref names that get an alias of their own in OpenSearch, in addition to the default branch. Several.',
  ),
  'ctr.index.url': server
    .default('embedded')
    .describe('OpenSearch (2.19 or newer), or `embedded`: SQLite inside the bare repository.'),
  'ctr.index.name': matching(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    'must be lower-case letters, digits, - and _, at most 100',
  )
    .optional()
    .describe(
      "Name of the index: its collections are <name>-files, <name>-commits and <name>-refs. Default: from the repository's name.",
    ),
  'ctr.index.shared': flag
    .default(false)
    .describe('Other repositories may use the same index. All of them must set it.'),
  'ctr.index.substrings': flag
    .default(true)
    .describe(
      'The files in OpenSearch are also indexed by the trigrams of their texts, which find substrings and regular expressions. Without it, every text of a revision is read for those. Followed by the next `ctr reindex`.',
    ),
  'ctr.index.shards': countTo(99)
    .default(1)
    .describe(
      'Shards of the files and of the commits in OpenSearch. Followed by the next `ctr reindex`. Default: 1.',
    ),
  'ctr.index.replicas': matching(/^\d$/, 'must be a whole number from 0 to 9')
    .transform(Number)
    .optional()
    .describe(
      'Replicas of each shard in OpenSearch, when an index is created. Default: one where there are several nodes.',
    ),
  'ctr.index.username': word.optional().describe('User for OpenSearch. The password: CTR_INDEX_PASSWORD.'),
  'ctr.index.caFile': word
    .optional()
    .describe('PEM file of the authority that signed the certificate of OpenSearch.'),
  'ctr.objects.url': server
    .default('embedded')
    .describe('MinIO or any S3, or `embedded`: files inside the bare repository.'),
  'ctr.objects.bucket': matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a valid bucket name')
    .default('ctr')
    .describe('Bucket for the objects; made when it is missing. Default: ctr.'),
  'ctr.objects.region': word.default('us-east-1').describe('Region of the bucket. Default: us-east-1.'),
  'ctr.objects.caFile': word
    .optional()
    .describe('PEM file of the authority that signed the certificate of the S3 server.'),
  'ctr.secretsFile': word
    .optional()
    .describe(
      'File (mode 0600) with lines such as CTR_INDEX_PASSWORD=... for the hook, whose environment has none. Default: ctr/secrets in the repository.',
    ),
  'ctr.onSync': list.describe(
    'Command to run when readers see that a ref has moved; a .js or .ts file is run with Node. Several. In the environment: one a line. See docs/events.md.',
  ),
  'ctr.webhook': listOf(address).describe(
    'URL that gets a POST when readers see that a ref has moved. Several. Signed with CTR_WEBHOOK_SECRET. See docs/events.md.',
  ),
  'ctr.events.refs': list.describe(
    'Globs of full ref names that commands and webhooks hear of. Several. Default: every ref.',
  ),
  'ctr.events.timeoutSeconds': seconds
    .default(600)
    .describe('How long a command of ctr.onSync may run before it is killed. Default: 600.'),
  'ctr.timeoutSeconds': seconds
    .default(30)
    .describe('How long one request to a server may take. Default: 30.'),
  'ctr.worker.lingerSeconds': seconds
    .default(900)
    .describe(
      'How long the worker of a push retries when a server (or a handler of events) does not answer. Default: 900.',
    ),
  'ctr.serve.listen': matching(
    /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/,
    'must be host:port, such as 127.0.0.1:8417 or [::1]:8417',
  )
    .refine((text) => Number(/\d+$/.exec(text)) <= 65_535, 'must have a port of at most 65535')
    .default('127.0.0.1:8417')
    .describe('Where `ctr serve` listens. Port 0: any free one. Default: 127.0.0.1:8417.'),
  'ctr.serve.hosts': listOf(
    matching(/^(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})$/, 'must be a host without a port'),
  ).describe(
    'Hosts that requests may name in addition to localhost, 127.0.0.1 and [::1], without a port: the public name of a server behind a proxy. Several. Default: none while it listens on loopback, else any.',
  ),
  'ctr.serve.basePath': matching(
    /^(\/[A-Za-z0-9._~-]+)*$/,
    'must be empty, or begin with a slash and end without one',
  )
    .default('')
    .describe('Path under which a proxy shows the server, such as /code. Default: none.'),
  'ctr.serve.readTokenRequired': flag
    .default(false)
    .describe('`ctr serve` requires a token for reading, too. Pushing always requires one.'),
  'ctr.serve.tokens': word
    .optional()
    .describe(
      'Directory of the tokens that `ctr serve` takes. Default: ctr/tokens in the repository, .ctr-tokens in a directory of repositories.',
    ),
  'ctr.serve.pushMaxBytes': bytes
    .default(2 * 1024 ** 3)
    .describe('A push over HTTP whose pack is larger is refused. Bytes, or with k, m, g. Default: 2g.'),
  'ctr.serve.gitMax': countTo(9999)
    .default(16)
    .describe('How many clones, fetches and pushes may run at once; further ones get 503. Default: 16.'),
  'ctr.serve.readProcessesMax': countTo(99)
    .default(4)
    .describe(
      'How many processes may answer pages, searches and the API. Each is started when the others are busy, and takes some 100 MB. Default: 4.',
    ),
  'ctr.serve.readSeconds': someSeconds
    .default(30)
    .describe('A page, search or answer of the API that takes longer is ended. Default: 30.'),
  'ctr.serve.idleSeconds': someSeconds
    .default(300)
    .describe('A clone, fetch or push in which nothing moves for so long is ended. Default: 300.'),
  'ctr.serve.shutdownSeconds': seconds
    .default(300)
    .describe('How long a server that is told to end waits for running pushes. Default: 300.'),
});

export type Settings = z.output<typeof SETTINGS>;
export type SettingKey = keyof typeof SETTINGS.shape;

/** Written by ctr itself, for itself. */
export const OWN_KEYS: ReadonlySet<SettingKey> = new Set(['ctr.id', 'ctr.home', 'ctr.store']);

export const SETTING_KEYS = Object.keys(SETTINGS.shape) as SettingKey[];

/** Secrets come from the environment or from a file of mode 0600, never from flags or Git's config. */
export const SECRETS = [
  'CTR_INDEX_PASSWORD',
  'CTR_OBJECTS_ACCESS_KEY',
  'CTR_OBJECTS_SECRET_KEY',
  'CTR_WEBHOOK_SECRET',
  // For stores that were used before, if they need other secrets than today's.
  'CTR_OLD_INDEX_PASSWORD',
  'CTR_OLD_OBJECTS_ACCESS_KEY',
  'CTR_OLD_OBJECTS_SECRET_KEY',
] as const;
export type Secrets = Partial<Record<(typeof SECRETS)[number], string>>;

const LISTS = new Set(SETTING_KEYS.filter((key) => SETTINGS.shape[key].safeParse([]).success));

/** True if the key may be given several times. */
export function isList(key: SettingKey): boolean {
  return LISTS.has(key);
}

/** ctr.text.maxBytes -> CTR_TEXT_MAX_BYTES. */
export function variableOf(key: SettingKey): string {
  return key.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

/** ctr.text.maxBytes -> text-max-bytes. */
export function flagOf(key: SettingKey): string {
  return key.slice('ctr.'.length).replace(/[A-Z]/g, '-$&').replaceAll('.', '-').toLowerCase();
}
