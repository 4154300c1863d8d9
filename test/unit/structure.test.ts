import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, normalize, relative} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What each folder may import from, besides itself and util. See docs/architecture.md. */
const ALLOWED: Record<string, readonly string[]> = {
  util: [],
  domain: [],
  git: ['domain'],
  queue: [],
  store: ['domain'],
  config: ['git'],
  events: ['domain', 'queue'],
  sync: ['domain', 'git', 'store', 'events'],
  read: ['domain', 'store'],
  app: ['domain', 'git', 'queue', 'store', 'events', 'sync', 'read', 'config'],
  web: ['domain', 'git', 'read', 'config', 'app'],
  cli: ['domain', 'git', 'events', 'sync', 'read', 'config', 'app', 'web'],
};

/** Clients of other people's servers, each behind one backend. */
const VENDORS: Record<string, string> = {
  '@opensearch-project/opensearch': 'store/opensearch',
  minio: 'store/s3',
  'node:sqlite': 'store/sqlite queue',
  'roaring-wasm': 'domain',
  'node:child_process': 'git events app/sync/sync-apart web/server/read-processes',
};

const INDEX_BACKENDS = ['sqlite', 'opensearch'];
const BACKENDS = [...INDEX_BACKENDS, 'files', 's3'];
/** Files of `store/ports` that are no port of the index: what joins them, what they share, and the objects. */
const SHARED_PORT_FILES = ['index-store.ts', 'version.ts', 'object-store.ts'];

const files = readdirSync(SRC, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test('imports go one way', () => {
  for (const [file, targets] of imports) {
    const folder = folderOf(file);
    const allowed = [folder, 'util', ...(ALLOWED[folder] ?? assert.fail(`unknown folder ${folder}`))];
    for (const target of targets.filter((name) => name.endsWith('.ts'))) {
      assert.ok(allowed.includes(folderOf(target)), `${file} imports ${target}`);
    }
  }
});

test('pages and endpoints ask readers, not the store behind one', () => {
  for (const file of files.filter((name) => folderOf(name) === 'web'))
    assert.doesNotMatch(readFileSync(join(SRC, file), 'utf8'), /\.store\b|[{,]\s*store\b/, file);
});

test('no import cycle', () => {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(file), `cycle: ${[...trail, file].join(' -> ')}`);
    if (done.has(file)) return;
    for (const target of imports.get(file) ?? []) if (imports.has(target)) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
});

test('each vendor stays behind its folder', () => {
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [, home] = Object.entries(VENDORS).find(([name]) => isOf(target, name)) ?? [];
      const folders = home?.split(' ');
      assert.ok(!folders || folders.some((folder) => file.startsWith(folder)), `${file} imports ${target}`);
    }
  }
});

test('each backend is reached through open-stores alone, and knows no other backend', () => {
  const backendOf = (file: string) => BACKENDS.find((folder) => file.startsWith(`store/${folder}/`));
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const to = backendOf(target);
      const mayImport = to === undefined || to === backendOf(file) || file === 'store/open-stores.ts';
      assert.ok(mayImport, `${file} imports ${target}`);
    }
  }
});

test('readers know the reading ports only', () => {
  const writing =
    /\b(?:Index|Collection|Repository|Lease|Seq|Entry|Commit|Ref|Audit|Generation)Store\b|\bIndexSet\b/;
  for (const file of imports.keys()) {
    if (folderOf(file) === 'read') assert.doesNotMatch(readFileSync(join(SRC, file), 'utf8'), writing, file);
  }
});

test('the ports know no backend', () => {
  for (const [file, targets] of imports) {
    if (!file.startsWith('store/ports/')) continue;
    for (const target of targets)
      assert.match(target, /^(?:store\/ports|domain|util)\/|^node:stream$/, `${file} imports ${target}`);
  }
});

test('each index backend and the conformance suite have one file per port', () => {
  const ports = readdirSync(join(SRC, 'store/ports')).filter((file) => !SHARED_PORT_FILES.includes(file));
  const suite = fileURLToPath(new URL('../conformance/index-store', import.meta.url));
  for (const port of ports) {
    for (const backend of INDEX_BACKENDS)
      assert.ok(imports.has(`store/${backend}/${port}`), `store/${backend} has no ${port}`);
    const tests = port.replace('.ts', '-tests.ts');
    assert.ok(readdirSync(suite).includes(tests), `the suite has no ${tests}`);
  }
});

test('the pure folder is pure', () => {
  for (const [file, targets] of imports) {
    if (folderOf(file) !== 'domain') continue;
    for (const target of targets)
      assert.doesNotMatch(target, /^node:(?!assert|buffer|crypto|util)/, `${file} imports ${target}`);
    assert.doesNotMatch(
      readFileSync(join(SRC, file), 'utf8'),
      /\b(Date\.now|Math\.random|process\.|setTimeout)\b/,
      file,
    );
  }
});

/** Static and dynamic imports: ours as paths below src, others by name. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(SRC, file), 'utf8');
  const found = code.matchAll(
    /(?:^|\n)(?:import|export)\s[^;]*?from '([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
  );
  return [...found].map(([, from, dynamic, bare]) => {
    const target = (from ?? dynamic ?? bare)!;
    return target.startsWith('.') ? normalize(relative(SRC, join(SRC, dirname(file), target))) : target;
  });
}

/** Whether it is the package, or a file of it. */
function isOf(target: string, name: string): boolean {
  return target === name || target.startsWith(`${name}/`);
}

function folderOf(file: string): string {
  return file.split('/')[0]!;
}
