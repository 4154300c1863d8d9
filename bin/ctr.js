#!/usr/bin/env node
// Starts ctr: dist/ in a package, src/ in a checkout (Node strips the types). Nothing else belongs here.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import module from 'node:module';
import {dirname, join} from 'node:path';

const NODE_MAJOR_MIN = 24;

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  module.enableCompileCache?.();
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const {runProcess} = await import(
    existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href
  );
  await runProcess();
} else {
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(
      `ctr: Node ${NODE_MAJOR_MIN} or newer is needed, this is ${process.versions.node} [CONFIG]\n`,
    );
    process.stderr.write('     Install it, or run `npm ci` in the checkout: it brings one.\n');
    process.exit(2);
  }
  const {status, signal} = spawnSync(node, process.argv.slice(1), {stdio: 'inherit'});
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status ?? 70;
}

/** The Node that npm installed beside us as a dependency of the checkout. */
function findNode() {
  try {
    const node = join(
      dirname(module.createRequire(import.meta.url).resolve('node/package.json')),
      'bin',
      'node',
    );
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}
