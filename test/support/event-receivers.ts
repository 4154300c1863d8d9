import assert from 'node:assert/strict';
import {createHmac, timingSafeEqual} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingHttpHeaders} from 'node:http';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import type {RefEvent} from '../../src/domain/ref-event.ts';
import type {CtrRig} from './ctr-rig.ts';

/** An event as a script gets it. */
export interface ScriptCall {
  readonly event: RefEvent;
  readonly env: {readonly CTR_REF: string; readonly CTR_OLD: string; readonly CTR_NEW: string};
}

/** A script that writes down what it gets. While a file of the ref's last component is in `refuse`, it fails. */
export class ScriptReceiver {
  /** For `ctr.onSync`. */
  readonly command: string;
  readonly #calls: string;
  readonly #refuse: string;

  constructor(rig: CtrRig, {name = 'receiver.ts'} = {}) {
    this.command = join(rig.root, name);
    this.#calls = `${this.command}.calls`;
    this.#refuse = `${this.command}.refuse`;
    const code = `import {appendFileSync, existsSync, readFileSync} from 'node:fs';
const {CTR_REF, CTR_OLD, CTR_NEW}: NodeJS.ProcessEnv = process.env;
const event = JSON.parse(readFileSync(0, 'utf8'));
const refused = existsSync(${JSON.stringify(this.#refuse)}) ? readFileSync(${JSON.stringify(this.#refuse)}, 'utf8').split('\\n') : [];
if (refused.includes(CTR_REF!)) throw new Error('refused ' + CTR_REF);
appendFileSync(${JSON.stringify(this.#calls)}, JSON.stringify({event, env: {CTR_REF, CTR_OLD, CTR_NEW}}) + '\\n');
`;
    writeFileSync(this.command, code);
  }

  /** Events of these refs fail from now on; those of others do not. */
  refuse(...refs: string[]): void {
    writeFileSync(this.#refuse, refs.join('\n'));
  }

  /** Forgets the events so far. */
  clear(): void {
    rmSync(this.#calls, {force: true});
  }

  calls(): ScriptCall[] {
    if (!existsSync(this.#calls)) return [];
    // A line that has no end yet is being written.
    const lines = readFileSync(this.#calls, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as ScriptCall);
  }

  events(): RefEvent[] {
    return this.calls().map(({event}) => event);
  }
}

export interface WebhookCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: RefEvent;
}

/** A server that writes down what it gets, and answers as told. */
export async function openWebhookReceiver(answer: (call: WebhookCall) => number = () => 204) {
  const calls: WebhookCall[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const call = {headers: request.headers, body, event: JSON.parse(body) as RefEvent};
      calls.push(call);
      response.writeHead(answer(call), {location: '/elsewhere'}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as {port: number};
  return {
    url: `http://127.0.0.1:${port}/hook?key=hush`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As docs/events.md tells receivers to do it. */
export function assertSigned({headers, body}: WebhookCall, secret: string): void {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  assert.ok(timingSafeEqual(Buffer.from(String(headers['x-ctr-signature-256'])), expected));
}

/** The event of a move by Git alone: `before` are the commits that other refs showed. */
export function expectedMove(
  rig: CtrRig,
  {old, now, before = []}: {old: string | null; now: string | null; before?: readonly string[]},
) {
  const known = [...(old === null ? [] : [old]), ...before].map((oid) => `^${oid}`);
  const commits = now === null ? '' : rig.git('rev-list', '--topo-order', '--reverse', now, ...known);
  const empty = rig.gitInput(['hash-object', '-t', 'tree', '-w', '--stdin'], '');
  const fields = rig.git(
    'diff-tree',
    '-r',
    '-z',
    '--no-renames',
    '--name-status',
    old ?? empty,
    now ?? empty,
  );
  const changes = fields.split('\0').slice(0, -1);
  const paths = {added: [] as string[], changed: [] as string[], removed: [] as string[]};
  for (let at = 0; at < changes.length; at += 2) {
    const kind = changes[at] === 'A' ? 'added' : changes[at] === 'D' ? 'removed' : 'changed';
    paths[kind].push(changes[at + 1]!);
  }
  return {
    old,
    new: now,
    change: old === null ? 'created' : now === null ? 'deleted' : 'moved',
    commits: commits.split('\n').filter(Boolean),
    paths,
  };
}

/** The part of an event that Git knows. */
export function knownToGit({old, new: now, change, commits, paths}: RefEvent) {
  return {old, new: now, change, commits, paths};
}
