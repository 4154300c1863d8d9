import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {readGitConfig} from '../git/git-config.ts';
import {CtrError} from '../util/ctr-error.ts';
import {
  isList,
  SECRETS,
  SETTING_KEYS,
  SETTINGS,
  type Secrets,
  type SettingKey,
  type Settings,
  variableOf,
} from './settings.ts';

/** Where a value came from: a flag, the environment, Git's config (and which file), or the default. */
export type Source = 'flag' | 'environment' | `git config (${string})` | 'default';

export interface Config {
  readonly settings: Settings;
  readonly sources: ReadonlyMap<SettingKey, Source>;
  /** The values in all files of Git's config, also those that the environment or a flag overrides. Not checked. */
  readonly gitValues: ReadonlyMap<SettingKey, readonly string[]>;
  readonly secrets: Secrets;
  /** Variables that look like settings and are none. */
  readonly unknownVariables: readonly string[];
}

/** Where the settings are read from; without a repository not from Git's config. */
interface ConfigSources {
  readonly gitDir: string | undefined;
  readonly flags: ReadonlyMap<SettingKey, readonly string[]>;
  readonly env: NodeJS.ProcessEnv;
}

/** A setting as it was written, before it is checked. */
type Layer = Map<SettingKey, {readonly values: readonly string[]; readonly source: Source}>;

/**
 * The settings in force: a flag beats the environment, the environment beats Git's config, and that beats the
 * default. Without a repository Git's config is not read.
 * @throws CONFIG for an unknown key or an invalid value: a typing mistake never becomes a silent default.
 */
export async function readConfig({gitDir, flags, env}: ConfigSources): Promise<Config> {
  const gitLayer: Layer = gitDir === undefined ? new Map() : await readGitLayer(gitDir);
  const flagLayer: Layer = new Map([...flags].map(([key, values]) => [key, {values, source: 'flag'}]));
  const layers = [gitLayer, environmentLayer(env), flagLayer];
  const merged: Layer = new Map(layers.flatMap((layer) => [...layer]));
  const settings = check(merged);
  return {
    settings,
    sources: new Map(SETTING_KEYS.map((key) => [key, merged.get(key)?.source ?? 'default'])),
    gitValues: new Map([...gitLayer].map(([key, {values}]) => [key, values])),
    secrets: readSecrets(settings, gitDir, env),
    unknownVariables: unknownVariables(env),
  };
}

async function readGitLayer(gitDir: string): Promise<Layer> {
  const layer: Layer = new Map();
  for (const {key, value, scope} of await readGitConfig(gitDir, '^ctr\\.')) {
    const known = SETTING_KEYS.find((name) => name.toLowerCase() === key.toLowerCase());
    if (!known) throw unknownKey(key);
    const before = isList(known) ? (layer.get(known)?.values ?? []) : [];
    layer.set(known, {values: [...before, value], source: `git config (${scope})`});
  }
  return layer;
}

function environmentLayer(env: NodeJS.ProcessEnv): Layer {
  const layer: Layer = new Map();
  for (const key of SETTING_KEYS) {
    const text = env[variableOf(key)];
    if (text === undefined || text === '') continue;
    layer.set(key, {values: isList(key) ? splitList(key, text) : [text], source: 'environment'});
  }
  return layer;
}

/** Splits at white space; command lines contain blanks, so they are split at line ends. */
function splitList(key: SettingKey, text: string): string[] {
  return text.split(key === 'ctr.onSync' ? /\n+/ : /\s+/).filter(Boolean);
}

function check(merged: Layer): Settings {
  const raw: Record<string, unknown> = {};
  for (const [key, {values}] of merged) raw[key] = isList(key) ? values : values.at(-1);
  const result = SETTINGS.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = issue.path[0] as SettingKey;
  throw new CtrError(
    'CONFIG',
    `${key} ${issue.message.replace(/^Invalid.*?: /, '')}${shownValue(key, raw[key])}`,
    {
      hint: `It comes from: ${merged.get(key)?.source}. See \`ctr config\` and docs/config.md.`,
      data: {key},
    },
  );
}

/** Does not show an address: it may hold a password by mistake. */
function shownValue(key: SettingKey, value: unknown): string {
  return key.endsWith('.url') || key === 'ctr.webhook' ? '' : ` (it is ${JSON.stringify(value)})`;
}

function unknownKey(key: string): CtrError {
  const near = SETTING_KEYS.find((name) => name.toLowerCase().endsWith(key.split('.').at(-1)!.toLowerCase()));
  return new CtrError('CONFIG', `Git's config has an unknown setting ${key}`, {
    hint: near ? `Is it meant to be ${near}?` : 'See `ctr config` for all settings.',
    data: {key},
  });
}

/** Reads the environment, else the secrets file, which no other user may be able to read. */
function readSecrets(settings: Settings, gitDir: string | undefined, env: NodeJS.ProcessEnv): Secrets {
  const file = secretsFile(settings, gitDir);
  const stored = file !== undefined && existsSync(file) ? parseSecrets(file) : {};
  const secrets: Secrets = {};
  for (const name of SECRETS) {
    const value = env[name] ?? stored[name];
    if (value !== undefined && value !== '') secrets[name] = value;
  }
  return secrets;
}

/** Where the secrets are kept for the hook; undefined without a repository and without a setting. */
export function secretsFile(settings: Settings, gitDir: string | undefined): string | undefined {
  return settings['ctr.secretsFile'] ?? (gitDir === undefined ? undefined : join(gitDir, 'ctr', 'secrets'));
}

function parseSecrets(file: string): Record<string, string> {
  if (statSync(file).mode & 0o077) {
    throw new CtrError('CONFIG', `${file} can be read by others`, {hint: `Run: chmod 600 ${file}`});
  }
  const lines = readSecretLines(file);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^\s*([A-Z_]+)=(.*?)\s*$/.exec(line);
      return match ? [[match[1]!, match[2]!]] : [];
    }),
  );
}

function readSecretLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (cause) {
    throw new CtrError('CONFIG', `${file} cannot be read by this user`, {
      hint: 'A user who pushes must be able to read it, or have the secrets in the environment.',
      cause,
    });
  }
}

/** These are no error: they may belong to another program. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>([...SETTING_KEYS.map(variableOf), ...SECRETS]);
  return Object.keys(env).filter((name) => /^CTR_(?!TEST_)/.test(name) && !known.has(name));
}
