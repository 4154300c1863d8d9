import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {describe, it} from 'node:test';

const MODULE = new URL('../../../src/cli/lower-priority.ts', import.meta.url).href;
const AUTOGROUP = '/proc/self/autogroup';
const SCRIPT = `
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {getPriority} from 'node:os';
import {lowerPriority} from ${JSON.stringify(MODULE)};
lowerPriority();
console.log(JSON.stringify({
  own: getPriority(),
  child: Number(execFileSync('nice', {encoding: 'utf8'})),
  session: existsSync('${AUTOGROUP}') ? /nice (-?\\d+)/.exec(readFileSync('${AUTOGROUP}', 'utf8'))[1] : null,
}));
`;

describe('a lower priority', {skip: process.platform !== 'linux' && 'sessions are those of Linux'}, () => {
  it('holds for the process, its children, and the session that it leads', async () => {
    assert.deepEqual(await runScript({isLeader: true}), {
      own: 10,
      child: 10,
      session: existsSync(AUTOGROUP) ? '10' : null,
    });
  });

  it('does not hold for a session that others share', async () => {
    const {own, session} = await runScript({isLeader: false});
    assert.equal(own, 10);
    assert.notEqual(session, '10');
  });
});

/** What the process says of itself, as the leader of a session of its own or in ours. */
async function runScript({isLeader}: {isLeader: boolean}): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    detached: isLeader,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Record<string, unknown>;
}
