import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {describe, it} from 'node:test';

const MODULE = new URL('../../../../src/app/worker/lower-priority.ts', import.meta.url).href;
const AUTOGROUP = '/proc/self/autogroup';
/** A process of the root's own group has no such share: then the file is empty. */
const SCRIPT = `
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {getPriority} from 'node:os';
import {lowerPriority} from ${JSON.stringify(MODULE)};
const readShare = () =>
  existsSync('${AUTOGROUP}') ? (/nice (-?\\d+)/.exec(readFileSync('${AUTOGROUP}', 'utf8'))?.[1] ?? null) : null;
const before = readShare();
lowerPriority();
console.log(JSON.stringify({
  own: getPriority(),
  child: Number(execFileSync('nice', {encoding: 'utf8'})),
  session: {before, after: readShare()},
}));
`;

describe('a lower priority', {skip: process.platform !== 'linux' && 'sessions are those of Linux'}, () => {
  it('holds for the process, its children, and the session that it leads', async () => {
    const {own, child, session} = await runScript({isLeader: true});
    assert.deepEqual([own, child], [10, 10]);
    assert.equal(session.after, session.before === null ? null : '10');
  });

  it('does not hold for a session that others share', async () => {
    const {own, session} = await runScript({isLeader: false});
    assert.equal(own, 10);
    assert.equal(session.after, session.before);
  });
});

interface Said {
  readonly own: number;
  readonly child: number;
  readonly session: Readonly<Record<'before' | 'after', string | null>>;
}

/** What the process says of itself, as the leader of a session of its own or in ours. */
async function runScript({isLeader}: {isLeader: boolean}): Promise<Said> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    detached: isLeader,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Said;
}
