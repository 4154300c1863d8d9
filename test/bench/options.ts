import {parseArgs} from 'node:util';
import type {RepositoryShape} from './generate-repository.ts';

export type BackendKind = 'embedded' | 'servers';

export const PARTS = ['import', 'push', 'hook', 'search', 'serve', 'hostile'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  /** Undefined: one is generated. */
  readonly repository: string | undefined;
  readonly shape: RepositoryShape;
  readonly backends: readonly BackendKind[];
  readonly parts: ReadonlySet<Part>;
  /** How often each import and each floor is measured. */
  readonly runs: number;
  readonly pushes: number;
  readonly hookPushes: number;
  readonly queries: number;
  /** Of each phase in which a server is asked while nothing else runs. */
  readonly requests: number;
  /** Of a server that is asked while nothing else runs, while an import runs, and while nothing runs. */
  readonly serveRounds: number;
  readonly jsonFile: string | undefined;
  /** Another checkout of ctr, whose imports are measured in turn with those of this one. */
  readonly otherCheckout: string | undefined;
  /** The use of test/bench/baseline.json, if any. */
  readonly baseline: 'compare' | 'write' | undefined;
  /** Where the CPU profiles of imports are kept, and that they are made. */
  readonly profileDir: string | undefined;
}

export const USAGE = `npm run bench -- [<repository>] [options]

  <repository>          a Git repository (default: one is generated)
  --backend <name>      embedded or servers (default: both)
  --part <name>         import, push, hook, search, serve or hostile; several (default: all)
  --runs <n>            how often each import and its floor are measured, in turn (default: 1)
  --pushes <n>          pushes until they are found (default: 20)
  --hook-pushes <n>     pushes with and without a hook (default: 50 of each)
  --queries <n>         searches (default: 200)
  --requests <n>        requests to the server while nothing else runs (default: 1000)
  --serve-rounds <n>    how often the server is asked without, with and without an import (default: 3)
  --baseline <checkout> imports by another checkout of ctr, in turn with those of this one, and their ratios
  --compare             the ratios of this run next to those in test/bench/baseline.json
  --write-baseline      the ratios of this run become that baseline
  --json <file>         everything measured, for programs
  --profile <dir>       CPU profiles of the imports, and their top functions (slows imports by some per cent)
  --files, --commits, --branches, --seed <n>   the generated repository (default: 3000, 3000, 50, 1)
`;

const OPTIONS = {
  backend: {type: 'string', multiple: true},
  part: {type: 'string', multiple: true},
  runs: {type: 'string', default: '1'},
  pushes: {type: 'string', default: '20'},
  'hook-pushes': {type: 'string', default: '50'},
  queries: {type: 'string', default: '200'},
  requests: {type: 'string', default: '1000'},
  'serve-rounds': {type: 'string', default: '3'},
  baseline: {type: 'string'},
  compare: {type: 'boolean', default: false},
  'write-baseline': {type: 'boolean', default: false},
  json: {type: 'string'},
  profile: {type: 'string'},
  files: {type: 'string', default: '3000'},
  commits: {type: 'string', default: '3000'},
  branches: {type: 'string', default: '50'},
  seed: {type: 'string', default: '1'},
  help: {type: 'boolean', short: 'h', default: false},
} as const;

/** Undefined when help was asked for. @throws Error for what cannot be understood. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const {values, positionals} = parseArgs({args: [...args], options: OPTIONS, allowPositionals: true});
  if (values.help) return undefined;
  if (positionals.length > 1) throw new Error('one repository at a time');
  return {
    repository: positionals[0],
    shape: {
      files: count('files', values.files),
      commits: count('commits', values.commits),
      branches: count('branches', values.branches),
      seed: count('seed', values.seed),
    },
    backends: choices('backend', values.backend, ['embedded', 'servers']),
    parts: new Set(choices('part', values.part, PARTS)),
    runs: count('runs', values.runs),
    pushes: count('pushes', values.pushes),
    hookPushes: count('hook-pushes', values['hook-pushes']),
    queries: count('queries', values.queries),
    requests: count('requests', values.requests),
    serveRounds: count('serve-rounds', values['serve-rounds']),
    otherCheckout: values.baseline,
    jsonFile: values.json,
    baseline: values['write-baseline'] ? 'write' : values.compare ? 'compare' : undefined,
    profileDir: values.profile,
  };
}

/** The chosen values, in the order of `known`; all of them if none was chosen. */
function choices<T extends string>(
  option: string,
  chosen: readonly string[] | undefined,
  known: readonly T[],
): T[] {
  const unknown = chosen?.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown}: known are ${known.join(', ')}`);
  return known.filter((name) => chosen?.includes(name) ?? true);
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${option} ${text}: a whole number is wanted`);
  return Number(text);
}
