import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

/** More than a person reads, and what a program can ask for at once. */
const LIMIT_TERMINAL = 20;
const LIMIT_PROGRAM = 1000;

const HELP = `
A query is words, which all must occur, in any order:
  error handling          both words           "error handling"   one after the other
  handl*                  words that begin so  -deprecated        without this
  path:docs path:*.md     where the file is    ext:ts lang:python type:binary
Case, accents and punctuation do not matter; getUserName is found by \`user name\`.`;

/** Cannot be typed, so it cannot be part of the input. */
const PROTECTED = '\0';
const SHORT_FLAGS = new Set(['-h', '-q', '-v']);

/** `-word` is a part of a query, not the flags -w, -o, -r and -d. What follows an option that `takesValue` is its value. */
export function protectNegations(argv: readonly string[], takesValue: (flag: string) => boolean): string[] {
  if (argv[0] !== 'search') return [...argv];
  const isNegation = (word: string, before: string) =>
    /^-[^-]/.test(word) && !SHORT_FLAGS.has(word) && !takesValue(before);
  return argv.map((word, at) => (isNegation(word, argv[at - 1]!) ? PROTECTED + word : word));
}

function unprotect(word: string): string {
  return word.startsWith(PROTECTED) ? word.slice(PROTECTED.length) : word;
}

export const register: Register = (program, context) => {
  defineCommand(program, 'search <query...>', 'find files of a branch, a tag or a commit')
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)')
    .option(
      '--limit <n>',
      `at most so many files (default: ${LIMIT_TERMINAL} on a terminal, else ${LIMIT_PROGRAM})`,
      parseCount,
    )
    .addHelpText('after', HELP)
    .action(async (words: string[], options: {ref?: string; limit?: number}, command) => {
      const {parseQuery} = await import('../../domain/parse-query.ts');
      const {search} = await import('../../read/search.ts');
      const {renderSearch} = await import('../render/render-search.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const isForPerson = context.isTerminal.stdout && !common.json;
      const answer = await withReader(await openWorkspace(context, common), (reader) =>
        search(reader, {
          query: parseQuery(words.map(unprotect).join(' ')),
          ref: options.ref,
          limit: options.limit ?? (isForPerson ? LIMIT_TERMINAL : LIMIT_PROGRAM),
          now: () => performance.now(),
        }),
      );
      if (output.isJson) output.json(answer);
      else renderSearch(answer, output);
    });
};
