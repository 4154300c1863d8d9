import {setTimeout} from 'node:timers/promises';
import type {RefStatus, Status} from '../../app/status/read-status.ts';
import {assertConfirmed} from '../../app/stores/assert-confirmed.ts';
import {openWorkerWatch} from '../../app/worker/worker-watch.ts';
import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {workLine} from '../../domain/work-words.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const POLL_MS = 200;
const TIMEOUT_SECONDS = 600;

export const register: Register = (program, context) => {
  defineCommand(program, 'wait <ref>', "return when the index shows the ref's present commit")
    .option('--timeout <seconds>', 'give up after so long', parseCount, TIMEOUT_SECONDS)
    .action(async (ref: string, {timeout}: {timeout: number}, command) => {
      const {readStatus} = await import('../../app/status/read-status.ts');
      const common = commonOptions(command);
      const workspace = await openRepositoryWorkspace(context, common);
      // No sync will run until the store is confirmed.
      assertConfirmed(workspace);
      const deadline = context.now().getTime() + timeout * 1000;
      const output = openOutput(context, common);
      const watch = openWorkerWatch(
        workspace,
        (text) => output.note(text),
        () => context.now().getTime(),
      );
      for (;;) {
        const status = await readStatus(workspace, context, {startsLauncher: false});
        const {refs} = status;
        const found = [ref, `refs/heads/${ref}`, `refs/tags/${ref}`].flatMap(
          (name) => refs.find((one) => one.name === name) ?? [],
        )[0];
        if (found?.state === 'current' || found?.state === 'skipped') {
          const output = openOutput(context, common);
          return output.isJson
            ? output.json(found)
            : output.note(`${found.name} is indexed at ${found.index}`);
        }
        if (found?.state === 'failed') {
          throw new CtrError('PARTIAL', `what ${found.name} reaches cannot be read`, {
            hint: '`ctr status` tells why.',
          });
        }
        if (!found)
          throw new CtrError('UNKNOWN_REF', `Git has no branch or tag ${JSON.stringify(ref)}`, {
            hint: '`ctr status -v` lists the refs.',
          });
        if (context.now().getTime() > deadline) {
          throw stillBehind(found, {timeout, ...status});
        }
        await watch(status);
        await setTimeout(POLL_MS);
      }
    });
};

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
