import {type Command, InvalidArgumentError, Option} from 'commander';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import {flagOf, isList, OWN_KEYS, SETTING_KEYS, type SettingKey} from '../../config/settings.ts';

/** Adds one verb to the program. `exit` sets the exit code of a command that ends well but not with 0. */
export type Register = (program: Command, context: AppContext, exit: (code: number) => void) => void;

/** A verb with the options that all of them have. Settings can be given as flags to every verb. */
export function defineCommand(
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

/** The common options of a parsed command. */
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
