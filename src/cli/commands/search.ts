import {resolve} from 'node:path';
import {Option} from 'commander';
import {FILTER_KEYS, FILTERS, isAbout} from '../../domain/query/filters.ts';
import type {SearchOptions} from '../../read/answer-facts.ts';
import type {SearchAnswer} from '../../read/search.ts';
import type {CommitSearchOptions} from '../../read/search-commits.ts';
import type {EverythingAnswer} from '../../read/search-everything.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Call, parseCount, verb} from './define-command.ts';

/** More than a person reads, and what a program can ask for at once. */
const LIMIT_TERMINAL = 20;
const LIMIT_PROGRAM = 1000;

const HELP = `
A query is words, which all must occur, in the text or in the path, in any order:
  error handling          both words           "error handling"   one after the other
  handl*                  words that begin so  -deprecated        without this
  retry OR backoff        one of them          (a OR b) -c        in any combination
  sub:"=> {"              exactly these characters
  /fo+\\(/                a regular expression (RE2), line by line; case:yes tells upper from lower case
${filterLines('file')}
Commits instead of files, with words of their messages:
${filterLines('commit')}
  sub:"=> {"              that bring or take away this text
Case, accents and punctuation of words do not matter; getUserName is found by \`user name\`.`;

/** One line for each filter about files, or about commits. */
function filterLines(about: 'file' | 'commit'): string {
  const rows = FILTERS.filter(
    (filter) => isAbout(filter, 'commit') === (about === 'commit') && filter !== 'sub' && filter !== 'case',
  );
  return rows
    .map((filter) => `  ${FILTER_KEYS[filter].example.padEnd(24)}${FILTER_KEYS[filter].meaning}`)
    .join('\n');
}

/** Cannot be typed, so it cannot be part of the input. */
const PROTECTED = '\0';
const SHORT_FLAGS = new Set(['-h', '-q', '-v', '-C']);

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

interface SearchFlags {
  readonly all?: string;
  readonly ref?: string[];
  readonly limit?: number;
  readonly context?: number;
  readonly everyVersion?: true;
  readonly cursor?: string;
  readonly maxBytes?: number;
}

const REFS = new Option(
  '--ref <ref>',
  'branch, tag, full ref name or commit (default: HEAD); several search all of them',
).argParser<string[]>((ref, before) => [...(before ?? []), ref]);

export const register = verb('search <query...>', 'find files, or commits, of a branch, a tag or a commit')
  .addOption(REFS)
  .option(
    '--all <root>',
    'every installed repository below a directory; `repo:` in the query names some of them',
  )
  .option(
    '--limit <n>',
    `at most so many files, with --all of each repository (default: ${LIMIT_TERMINAL} on a terminal, else ${LIMIT_PROGRAM})`,
    parseCount,
  )
  .option('-C, --context <n>', 'lines before and after each line that matches', parseCount)
  .option('--every-version', 'search every version ever, on any branch')
  .option('--cursor <cursor>', 'the next hits of the same commits: `nextCursor` of an answer with --json')
  .option(
    '--max-bytes <n>',
    'of the hits with --json; `hitsLeftOut` counts those that do not fit',
    parseCount,
  )
  .help(HELP)
  .run(async (call: Call, words: string[], options: SearchFlags) => {
    const {parseAnyQuery, parseQuery} = await import('../../domain/query/parse-query.ts');
    const {context, common, output} = call;
    const isForPerson = context.isTerminal.stdout && !common.json;
    const text = words.map(unprotect).join(' ');
    const limits = {
      limit: options.limit ?? (isForPerson ? LIMIT_TERMINAL : LIMIT_PROGRAM),
      contextLines: options.context,
      maxBytes: options.maxBytes,
      now: () => performance.now(),
    };
    if (options.all !== undefined) return searchAll(call, options, {...limits, query: parseQuery(text)});
    const query = parseAnyQuery(text, {now: context.now()});
    if ('commits' in query) return searchCommits(call, options, {...limits, query: query.commits});
    const asked = {...limits, query: query.files};
    const {search} = await import('../../read/search.ts');
    const {searchEverything} = await import('../../read/search-everything.ts');
    const {renderSearch} = await import('../render/render-search.ts');
    const answer = await call.read(
      (reader): Promise<SearchAnswer | EverythingAnswer> =>
        options.everyVersion
          ? searchEverything(reader, asked)
          : search(reader, {...asked, refs: options.ref, cursor: options.cursor}),
    );
    if (output.isJson) output.json({kind: 'files', ...answer});
    else renderSearch(answer, output);
  });

async function searchCommits(
  {output, read}: Call,
  {ref: refs = [], everyVersion: isEverywhere, cursor}: SearchFlags,
  asked: Pick<CommitSearchOptions, 'query' | 'limit' | 'maxBytes' | 'now'>,
): Promise<void> {
  const search = await import('../../read/search-commits.ts');
  const {renderCommits} = await import('../render/render-commits.ts');
  const answer = await read((reader) => search.searchCommits(reader, {...asked, refs, isEverywhere, cursor}));
  if (output.isJson) output.json(answer);
  else renderCommits(answer, output);
}

/** A repository that does not answer is named; the exit code says that there was one. */
async function searchAll(
  {context, common, output, exit}: Call,
  {all: directory = '', ref, everyVersion, cursor}: SearchFlags,
  asked: SearchOptions,
): Promise<void> {
  if (ref || everyVersion || cursor !== undefined || common.repo !== undefined)
    throw new CtrError('USAGE', '--all takes no --repo, --ref, --every-version or --cursor', {
      hint: 'Revisions can be named in the query: rev:v1.0',
    });
  const {openSite} = await import('../../app/site/open-site.ts');
  const {searchSite} = await import('../../app/site/search-site.ts');
  const {renderSiteSearch} = await import('../render/render-search.ts');
  await using site = await openSite(context, common, {
    kind: 'directory',
    directory: resolve(context.cwd, directory),
  });
  const answer = await searchSite(site, asked);
  if (output.isJson) output.json(answer);
  else renderSiteSearch(answer, output);
  if (answer.unanswered.length > 0) exit(4);
}
