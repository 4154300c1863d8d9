import {Command, CommanderError} from 'commander';
import {type AppContext, keepHeapSmall, processContext} from '../app/context.ts';
import {fileFailureOf} from '../app/file-failure.ts';
import {version} from '../app/package.ts';
import {CtrError} from '../util/ctr-error.ts';
import {escapeText} from '../util/escape-text.ts';
import {COMMANDS} from './commands/commands.ts';
import {protectNegations} from './commands/search.ts';
import {renderBug, renderError} from './render/render-error.ts';

const EXIT_USAGE = 2;
const EXIT_BACKEND = 4;
const EXIT_BUG = 70;
/** 128 + SIGPIPE. */
const EXIT_SIGPIPE = 141;

/** Runs one command and returns the process's exit code; tests call it in-process. */
export async function main(argv: readonly string[], context: AppContext): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(
      protectNegations(argv, (flag) => takesValue(program, flag)),
      {from: 'user'},
    );
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const failure = error instanceof CtrError ? error : fileFailureOf(error);
    if (failure) {
      renderError(failure, context, {isJson: argv.includes('--json')});
      return failure.exitCode;
    }
    renderBug(error, context);
    return EXIT_BUG;
  }
}

function buildProgram(context: AppContext, exit: (code: number) => void): Command {
  const program = new Command('ctr')
    .description('Every branch, tag and commit of a Git repository, searchable and readable.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .showHelpAfterError('(ctr --help lists the commands)')
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      // It repeats what was typed; that may have come from a listing of pushed names.
      writeErr: (text) => void context.stderr.write(escapeLines(text.replace(/^error: /, 'ctr: '))),
    });
  for (const register of COMMANDS) register(program, context, exit);
  return program;
}

function takesValue(program: Command, flag: string): boolean {
  const search = program.commands.find((command) => command.name() === 'search');
  return (
    search?.options.some((option) => (option.long === flag || option.short === flag) && option.required) ===
    true
  );
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** The process: real streams, real environment; a reader that has seen enough ends it as it ends Unix's own tools. */
export async function runProcess(): Promise<void> {
  keepHeapSmall();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_SIGPIPE);
    process.stderr.write(`ctr: cannot write the result: ${error.message} [BACKEND_REFUSED]\n`);
    process.exit(EXIT_BACKEND);
  });
  // Without a reader of stderr, messages are lost, but the work continues.
  process.stderr.on('error', () => undefined);
  process.exitCode = await main(process.argv.slice(2), processContext());
}
