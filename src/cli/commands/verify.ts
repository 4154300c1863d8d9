import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {waitAtMost} from '../render/wait-at-most.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const WAIT_SECONDS = 30;
const EXIT_FINDINGS = 1;
/** As of every command where something of the repository cannot be read. */
const EXIT_UNPROVEN = 5;

interface VerifyFlags {
  readonly allCommits?: true;
  readonly content?: true;
  readonly repair?: true;
  readonly seed?: number;
  readonly wait: number;
}

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'verify', 'prove that the index equals Git, both ways')
    .option('--all-commits', 'compare every commit and its tree, not a sample of them')
    .option('--content', 'read and hash all bytes, not those of a sample of the files')
    .option('--repair', 'repair what was found, and verify again')
    .option('--seed <number>', 'draw the same sample as a run that printed this number', parseCount)
    .option(
      '--wait <seconds>',
      'how long to wait for a sync of the same repository',
      parseCount,
      WAIT_SECONDS,
    )
    .action(async (flags: VerifyFlags, command) => {
      const {runVerify} = await import('../../app/run-verify.ts');
      const {openVerifyRenderer} = await import('../render/render-verify.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const renderer = openVerifyRenderer(context, output, {isQuiet: common.quiet});
      const workspace = await openRepositoryWorkspace(context, common);
      const verification = await runVerify(context, workspace, {
        allCommits: flags.allCommits === true,
        content: flags.content === true,
        seed: flags.seed ?? context.now().getTime() % 1_000_000,
        isRepairing: flags.repair === true,
        ...waitAtMost(flags.wait, output),
        onShow: (event) => renderer.show(event),
      });
      if (!verification.ok) exit(EXIT_FINDINGS);
      else if (verification.unproven > 0) exit(EXIT_UNPROVEN);
    });
};
