import {type Call, parseCount, verb} from './define-command.ts';

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

export const register = verb('verify', 'prove that the index equals Git, both ways')
  .option('--all-commits', 'compare every commit and its tree, not a sample of them')
  .option('--content', 'read and hash all bytes, not those of a sample of the files')
  .option('--repair', 'repair what was found, and verify again')
  .option('--seed <number>', 'draw the same sample as a run that printed this number', parseCount)
  .waits('how long to wait for a sync of the same repository', 30)
  .run(async ({context, output, exit, openRepository, waitAtMost}: Call, flags: VerifyFlags) => {
    const {runVerify} = await import('../../app/run-verify.ts');
    const {openVerifyRenderer} = await import('../render/render-verify.ts');
    const verification = await runVerify(context, await openRepository(), {
      allCommits: flags.allCommits === true,
      content: flags.content === true,
      seed: flags.seed ?? context.now().getTime() % 1_000_000,
      isRepairing: flags.repair === true,
      ...waitAtMost(flags.wait),
      onShow: openVerifyRenderer(output),
    });
    if (!verification.ok) exit(EXIT_FINDINGS);
    else if (verification.unproven > 0) exit(EXIT_UNPROVEN);
  });
