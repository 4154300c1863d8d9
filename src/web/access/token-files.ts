import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';
import {link, mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {CtrError} from '../../util/ctr-error.ts';

/** Permission of a token. `push` includes `read`. */
export type TokenScope = 'read' | 'push';

/** A token as the server knows it: never the secret itself. */
export interface Token {
  readonly name: string;
  readonly scope: TokenScope;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

interface StoredToken extends Token {
  /** SHA-256 of the secret, hexadecimal: 256 random bits need no salt and no slow hash. */
  readonly sha256: string;
}

const SUFFIX = '.json';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * A new token is kept in `directory` as a file of mode 0600. Returns the secret, which is nowhere else.
 * @throws USAGE for a name that cannot be, or that a token has already; CONFIG where nothing can be written
 */
export async function createToken(
  directory: string,
  {name, scope, now}: {name: string; scope: TokenScope; now: Date},
): Promise<string> {
  if (!NAME.test(name) || name.endsWith(SUFFIX)) {
    throw new CtrError('USAGE', `${JSON.stringify(name)} is no name for a token`, {
      hint: 'Letters, digits, dots, dashes and underscores, at most 64.',
    });
  }
  const secret = `ctr_${randomBytes(32).toString('base64url')}`;
  const token: StoredToken = {
    name,
    scope,
    createdAt: now.toISOString(),
    sha256: hashOf(secret).toString('hex'),
  };
  await keep(directory, token).catch((cause: unknown) => {
    throw cause instanceof CtrError ? cause : unwritable(directory, cause);
  });
  return secret;
}

async function keep(directory: string, token: StoredToken): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const draft = join(directory, `.${randomBytes(8).toString('hex')}`);
  await writeFile(draft, `${JSON.stringify(token)}\n`, {mode: 0o600, flag: 'wx'});
  try {
    // A link is there whole or not at all, and never replaces another token.
    await link(draft, join(directory, token.name + SUFFIX));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new CtrError('USAGE', `there is a token ${token.name} already`, {
      hint: `Take another name, or end that one: ctr token revoke ${token.name}`,
      cause,
    });
  } finally {
    await rm(draft);
  }
}

/** The tokens of the directory, sorted by name. */
export async function listTokens(directory: string): Promise<Token[]> {
  const stored = await readTokens(directory);
  return stored.map(({name, scope, createdAt}) => ({name, scope, createdAt}));
}

/** The token opens nothing afterwards. @throws NOT_FOUND where there is none of that name; CONFIG. */
export async function revokeToken(directory: string, name: string): Promise<void> {
  if (!(await listNames(directory)).includes(name + SUFFIX)) {
    throw new CtrError('NOT_FOUND', `there is no token ${name}`, {hint: '`ctr token list` lists them.'});
  }
  await rm(join(directory, name + SUFFIX), {force: true}).catch((cause: unknown) => {
    throw unwritable(directory, cause);
  });
}

/**
 * The token with this secret. Read again each time, so a revoked token is refused at once. Compares every stored hash, in
 * constant time.
 */
export async function findToken(directory: string, secret: string): Promise<Token | undefined> {
  const hash = hashOf(secret);
  let found: Token | undefined;
  for (const {sha256, name, scope, createdAt} of await readTokens(directory)) {
    const stored = Buffer.from(sha256, 'hex');
    if (stored.length === hash.length && timingSafeEqual(stored, hash)) found = {name, scope, createdAt};
  }
  return found;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

async function readTokens(directory: string): Promise<StoredToken[]> {
  const names = await listNames(directory);
  const tokens = await Promise.all(names.map((name) => readToken(join(directory, name))));
  return tokens.filter((token) => token !== undefined);
}

async function listNames(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(directory, error);
  });
  return names.filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.')).sort();
}

/** Undefined for one that was revoked at this moment. @throws CONFIG for one that others can read or that is damaged. */
async function readToken(file: string): Promise<StoredToken | undefined> {
  try {
    if ((await stat(file)).mode & 0o077) {
      throw new CtrError('CONFIG', `${file} can be read by others`, {hint: `Run: chmod 600 ${file}`});
    }
    return JSON.parse(await readFile(file, 'utf8')) as StoredToken;
  } catch (error) {
    if (error instanceof CtrError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
}

function unreadable(path: string, cause: unknown): CtrError {
  return new CtrError('CONFIG', `${path} cannot be read`, {
    hint: 'The server and `ctr token` must run as the same user. A damaged token can be removed.',
    cause,
  });
}

function unwritable(directory: string, cause: unknown): CtrError {
  return new CtrError('CONFIG', `${directory} cannot be written: ${(cause as Error).message}`, {
    hint: 'Run `ctr token` as the user of the server, which owns the directory, or set ctr.serve.tokens.',
    cause,
  });
}
