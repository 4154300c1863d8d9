import {setTimeout} from 'node:timers/promises';
import type {RefStatus, Status} from '../../app/status/read-status.ts';
import {assertConfirmed} from '../../app/stores/assert-confirmed.ts';
import {openWorkerWatch} from '../../app/worker/worker-watch.ts';
import {workLine} from '../../domain/work-words.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Call, parseCount, verb} from './define-command.ts';

const POLL_MS = 200;
const TIMEOUT_SECONDS = 600;

export const register = verb('wait <ref>', "return when the index shows the ref's present commit")
  .option('--timeout <seconds>', 'give up after so long', parseCount, TIMEOUT_SECONDS)
  .run(async ({context, output, openRepository}: Call, ref: string, {timeout}: {timeout: number}) => {
    const {readStatus} = await import('../../app/status/read-status.ts');
    const workspace = await openRepository();
    // No sync will run until the store is confirmed.
    assertConfirmed(workspace);
    const nowMs = () => context.now().getTime();
    const deadline = nowMs() + timeout * 1000;
    const watch = openWorkerWatch(workspace, output.note, nowMs);
    for (;;) {
      const status = await readStatus(workspace, context, {startsLauncher: false});
      const found = findCurrent(status, ref);
      if (found.state === 'current' || found.state === 'skipped') {
        const words = `${found.name} is indexed at ${found.index}`;
        return output.isJson ? output.json(found) : output.note(words);
      }
      if (nowMs() > deadline) throw stillBehind(found, {timeout, ...status});
      await watch(status);
      await setTimeout(POLL_MS);
    }
  });

/** @throws UNKNOWN_REF if Git has no such ref, PARTIAL if it will never be indexed. */
function findCurrent({refs}: Status, ref: string): RefStatus {
  const [found] = [ref, `refs/heads/${ref}`, `refs/tags/${ref}`].flatMap(
    (name) => refs.find((one) => one.name === name) ?? [],
  );
  if (!found)
    throw new CtrError('UNKNOWN_REF', `Git has no branch or tag ${JSON.stringify(ref)}`, {
      hint: '`ctr status -v` lists the refs.',
    });
  if (found.state !== 'failed') return found;
  throw new CtrError('PARTIAL', `what ${found.name} reaches cannot be read`, {
    hint: '`ctr status` tells why.',
  });
}

function stillBehind(
  {name, state}: RefStatus,
  {timeout, running, logs, workerError}: {timeout: number} & Pick<Status, 'running' | 'logs' | 'workerError'>,
): CtrError {
  const [work] = running;
  const words = workerError === null ? '' : ` The last worker said: ${workerError}.`;
  const log = logs.length > 0 ? `${words} Its log: ${logs.join(', ')}.` : '';
  return new CtrError('LOCKED', `${name} is still ${state} after ${timeout} s`, {
    hint: work
      ? `It is being worked on: ${workLine(work)}. Wait longer with --timeout <seconds>.`
      : `Nothing works on it: run \`ctr sync\`; \`ctr status\` tells more.${log}`,
    data: {running},
  });
}
