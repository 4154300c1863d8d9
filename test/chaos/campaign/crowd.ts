import assert from 'node:assert/strict';
import type {CtrRig} from '../../support/ctr-rig.ts';
import {ServeRig} from '../../support/serve-rig.ts';
import type {World} from './world.ts';

const PUSHES = 10;
const READERS = 3;
const FILES = 10;
const LIMIT = 100;
/** Another command works on the index. */
const LOCKED = 3;

interface Answer {
  readonly commit: string;
  readonly total: number;
  readonly hits: readonly {readonly path: string; readonly lines: readonly {readonly text: string}[]}[];
}

/**
 * One after the other, pushes arrive with their hook, while readers ask a server without a pause, and syncs, prunes and
 * a reindex run. Each answer shows one commit, whole.
 */
export async function readWhilePushing(world: World): Promise<string> {
  const {rig} = world;
  const branch = `crowd-${world.nextNumber()}`;
  const texts = new Map<string, string>();
  rig.git('checkout', '--quiet', '--force', '-B', branch);
  const push = (number: number) => {
    const text = `crowded generation${number}`;
    const files = Array.from({length: FILES}, (_, i) => [`crowd/f${i}.txt`, `${text}\n`]);
    texts.set(rig.commit(text, Object.fromEntries(files)), text);
    rig.push('HEAD');
  };
  push(0);
  await rig.ctr('wait', branch);

  await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
  let isOver = false;
  let answers = 0;
  const read = async () => {
    while (!isOver) {
      assertWhole(await search(server, branch), texts);
      answers++;
    }
  };
  const write = async () => {
    try {
      for (let number = 1; number <= PUSHES; number++) {
        push(number);
        await runBeside(rig, number % 5 === 0 ? 'prune' : 'sync');
      }
      await rig.assertQueueDrains();
    } finally {
      isOver = true;
    }
  };
  await Promise.all([...Array.from({length: READERS}, read), write(), runBeside(rig, 'reindex')]);
  assert.ok(answers > PUSHES, `${answers} answers`);
  return `${PUSHES} pushes, ${answers} answers`;
}

async function search({url}: ServeRig, branch: string): Promise<Answer> {
  const response = await fetch(
    `${url}api/v1/repo/refs/${encodeURIComponent(branch)}/search?q=crowded&limit=${LIMIT}`,
  );
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text) as Answer;
}

function assertWhole({commit, total, hits}: Answer, texts: ReadonlyMap<string, string>): void {
  const shown = new Set(hits.flatMap(({lines}) => lines.map(({text}) => text)));
  assert.deepEqual([total, hits.length, [...shown]], [FILES, FILES, [texts.get(commit)]], `at ${commit}`);
}

/** A command in a process of its own; one that finds the index locked leaves it to who has it. */
async function runBeside(rig: CtrRig, verb: string): Promise<void> {
  const {code, stderr} = await rig.spawnCtr([verb]);
  assert.ok(code === 0 || code === LOCKED, `ctr ${verb} ended with ${code}: ${stderr}`);
}
