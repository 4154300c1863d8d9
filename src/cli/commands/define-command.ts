import {type Command, InvalidArgumentError, Option} from 'commander';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import type {SyncLockOptions} from '../../app/locked/locks.ts';
import {withReader} from '../../app/stores/with-stores.ts';
import {
  openRepositoryWorkspace,
  openWorkspace,
  type RepositoryWorkspace,
} from '../../app/workspace/open-workspace.ts';
import {flagOf, isList, OWN_KEYS, SETTING_KEYS, type SettingKey} from '../../config/settings.ts';
import {workLine} from '../../domain/work-words.ts';
import type {Reader} from '../../read/open-reader.ts';
import {formatDuration} from '../../util/format.ts';
import {type Output, openOutput} from '../render/output.ts';

/** Adds one verb to the program. `exit` sets the exit code of a command that ends well but not with 0. */
export type Register = (program: Command, context: AppContext, exit: (code: number) => void) => void;

/** One call of a verb. */
export interface Call {
  readonly context: AppContext;
  readonly common: CommonOptions;
  readonly output: Output;
  readonly exit: (code: number) => void;
  /** Runs `work` with a reader of the index. */
  readonly read: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>;
  /** The repository of `--repo`, or the given one. */
  readonly openRepository: (repo?: string) => Promise<RepositoryWorkspace>;
  /** Waits so many seconds for another run on the repository, and tells people that it does. */
  readonly waitAtMost: (seconds: number) => Required<SyncLockOptions>;
}

/** A verb in the making: its options, then what it does with the arguments of its usage and the parsed options. */
interface Verb {
  option(flags: string, description: string, parse?: (text: string) => unknown, value?: unknown): Verb;
  addOption(option: Option): Verb;
  /** Text behind the options in the help of the verb. */
  help(text: string): Verb;
  /** `--wait <seconds>`: how long to wait for the lock of the repository. */
  waits(description: string, seconds?: number): Verb;
  run<Given extends unknown[]>(work: (call: Call, ...given: Given) => Promise<unknown>): Register;
}

/** Begins the definition of a verb. */
export function verb(usage: string, description: string, {isHidden = false} = {}): Verb {
  const options: Option[] = [];
  const texts: string[] = [];
  const self: Verb = {
    option(flags, text, parse, value) {
      const option = new Option(flags, text).default(value);
      return self.addOption(parse ? option.argParser(parse) : option);
    },
    addOption(option) {
      options.push(option);
      return self;
    },
    help(text) {
      texts.push(text);
      return self;
    },
    waits: (text, seconds = 600) => self.option('--wait <seconds>', text, parseCount, seconds),
    run:
      <Given extends unknown[]>(work: (call: Call, ...given: Given) => Promise<unknown>): Register =>
      (program, context, exit) => {
        const command = defineCommand(program, usage, description, {isHidden});
        for (const option of options) command.addOption(option);
        for (const text of texts) command.addHelpText('after', text);
        // The last argument is the command itself.
        command.action(async (...given: unknown[]) => {
          const own = given.slice(0, -1) as Given;
          await work(openCall(context, commonOptions(command), exit), ...own);
        });
      },
  };
  return self;
}

export const REF = new Option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)');

function openCall(context: AppContext, common: CommonOptions, exit: Call['exit']): Call {
  const output = openOutput(context, common);
  return {
    context,
    common,
    output,
    exit,
    read: async (work) => withReader(await openWorkspace(context, common), work),
    openRepository: (repo = common.repo) => openRepositoryWorkspace(context, {...common, repo}),
    waitAtMost: (seconds) => ({
      waitMs: seconds * 1000,
      onWait: (work) =>
        output.note(
          `waiting at most ${formatDuration(seconds * 1000)} for ${work.map(workLine)[0] ?? 'another run on this repository'}`,
        ),
      onInterrupt: output.stop,
    }),
  };
}

/** A verb with the options that all of them have. Settings can be given as flags to every verb. */
function defineCommand(
  program: Command,
  usage: string,
  description: string,
  {isHidden = false} = {},
): Command {
  const command = program
    .command(usage, {hidden: isHidden})
    .description(description)
    .option('--repo <dir.git>', 'the repository (default: GIT_DIR, else the current directory if it is bare)')
    .option('--json', 'write JSON for programs', false)
    .option('-q, --quiet', 'write the result only', false)
    .option('-v, --verbose', 'write more', false);
  for (const key of SETTING_KEYS) {
    if (OWN_KEYS.has(key)) continue;
    const option = new Option(`--${flagOf(key)} <value>`, `setting ${key}`);
    // Once for each value: a flag that takes all that follow would swallow the command's own arguments.
    if (isList(key)) option.argParser<string[] | undefined>((value, before) => [...(before ?? []), value]);
    command.addOption(option);
  }
  // Twenty settings would hide the options of the verb itself; `ctr config` tells about them.
  command.configureHelp({
    visibleOptions: (shown) => shown.options.filter(({description: text}) => !text.startsWith('setting ')),
  });
  return command.addHelpText(
    'after',
    '\nEvery setting is a flag, too: ctr.index.url is --index-url. `ctr config` lists them.',
  );
}

/** The options of a parsed command that all verbs have. */
export function commonOptions(command: Command): CommonOptions {
  const options = command.opts<Record<string, string | string[] | boolean | undefined>>();
  const flags = new Map<SettingKey, readonly string[]>();
  for (const key of SETTING_KEYS) {
    const value = options[camelCase(flagOf(key))];
    if (value !== undefined) flags.set(key, [value].flat().map(String));
  }
  return {
    repo: options['repo'] as string | undefined,
    json: options['json'] === true,
    quiet: options['quiet'] === true,
    verbose: options['verbose'] === true,
    flags,
  };
}

/** Parses an option that counts something. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number, at most 999999999.');
  return Number(text);
}

/** The same, but at least 1. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) throw new InvalidArgumentError('It must be at least 1.');
  return count;
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
