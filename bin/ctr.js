#!/usr/bin/env node
// Starts ctr: dist/ in a package, src/ in a checkout (Node strips the types). Nothing else belongs here.
import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import module from 'node:module';
import {constants} from 'node:os';
import {dirname, join} from 'node:path';

const NODE_MAJOR_MIN = 24;
const PASSED_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
const TERMINAL_SIGNALS = ['SIGINT', 'SIGQUIT'];

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
  runWith(node);
}

/** The Node that npm has installed as a dependency of the checkout. */
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

/**
 * This process ends like the other Node, with its exit code or by its signal, and passes signals on to it. Ctrl-C and
 * Ctrl-\ are not passed on: a terminal sends them to both, and a second one would end a server at once.
 */
function runWith(node) {
  let child;
  const pass = (signal) => {
    if (!(TERMINAL_SIGNALS.includes(signal) && isInForeground())) child.kill(signal);
  };
  for (const signal of PASSED_SIGNALS) process.on(signal, pass);
  child = spawn(node, process.argv.slice(1), {stdio: 'inherit'});
  child.once('error', (error) => {
    process.stderr.write(`ctr: cannot start ${node}: ${error.message} [CONFIG]\n`);
    process.exit(2);
  });
  child.once('exit', (code, signal) => {
    for (const passed of PASSED_SIGNALS) process.off(passed, pass);
    process.exitCode = code ?? 128 + constants.signals[signal];
    if (signal !== null) process.kill(process.pid, signal);
  });
}

/** True if a terminal sends its signals to this process. Source: proc_pid_stat(5): pgrp, session, tty_nr, tpgid. */
function isInForeground() {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [group, , terminal, foreground] = fields.slice(2, 6);
    return terminal !== '0' && group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}
