/** A key of the query language: its names, its kind of value for a person, what it does. The help is made from this. */
export interface FilterKey {
  readonly aliases: readonly string[];
  readonly example: string;
  readonly meaning: string;
  /** Absent: a condition on a file. `scope`: where to look. `query`: how. `commit`: only for commits. */
  readonly about?: 'scope' | 'query' | 'commit';
}

/** All keys. Aliases are those of GitHub, Sourcegraph, zoekt and ripgrep. */
export const FILTER_KEYS = {
  path: {
    aliases: ['file', 'f', 'filepath', 'dir', 'directory', 'folder', 'in'],
    example: 'path:/src/**/*.{ts,tsx}',
    meaning: 'where the file is: a part of its path, or a glob',
  },
  name: {aliases: ['filename'], example: 'name:*.md', meaning: 'the last part of the path'},
  ext: {
    aliases: ['extension', 'suffix'],
    example: 'ext:ts,tsx',
    meaning: 'extension; several mean any of them',
  },
  lang: {aliases: ['language', 'l'], example: 'lang:python', meaning: 'language; several mean any of them'},
  type: {
    aliases: ['kind', 'filetype', 'mime'],
    example: 'type:binary',
    meaning: 'text, binary, symlink, submodule or lfs; type:commit searches commits',
  },
  size: {aliases: [], example: 'size:>1mb', meaning: 'bytes: >, >=, <, <=, or a range 10kb..1mb'},
  is: {
    aliases: [],
    example: 'is:empty',
    meaning: 'a type, or empty, or unsearchable (its text is not in the index)',
  },
  sub: {
    aliases: ['content'],
    example: 'sub:"=> {"',
    meaning: 'exactly these characters, punctuation included',
  },
  case: {
    aliases: [],
    example: 'case:yes',
    meaning: 'sub: and /regex/ tell upper from lower case',
    about: 'query',
  },
  sort: {
    aliases: ['order'],
    example: 'sort:path',
    meaning: 'relevance, path, date, size or -size',
    about: 'query',
  },
  rev: {
    aliases: ['branch', 'ref'],
    example: 'rev:v1.0',
    meaning: 'a branch, a tag or a commit',
    about: 'scope',
  },
  'only-in': {
    aliases: [],
    example: 'only-in:next not-in:main',
    meaning: 'versions of files that one revision has and another has not',
    about: 'scope',
  },
  'not-in': {aliases: [], example: 'not-in:main', meaning: 'not what this revision has', about: 'scope'},
  'added-since': {
    aliases: ['since'],
    example: 'added-since:v1.0',
    meaning: 'versions of files that this revision does not have yet',
    about: 'scope',
  },
  repo: {
    aliases: ['r', 'repository'],
    example: 'repo:docs-*',
    meaning: 'repositories by name',
    about: 'scope',
  },
  author: {aliases: ['by'], example: 'author:ada', meaning: 'commits by this person', about: 'commit'},
  message: {aliases: ['msg'], example: 'message:fix', meaning: 'commits with this message', about: 'commit'},
  after: {aliases: [], example: 'after:2026-01-01', meaning: 'commits from then on', about: 'commit'},
  before: {aliases: ['until'], example: 'before:2026-01-01', meaning: 'commits until then', about: 'commit'},
  changed: {aliases: [], example: 'changed:docs', meaning: 'commits that changed this path', about: 'commit'},
} as const satisfies Record<string, FilterKey>;

export type Filter = keyof typeof FILTER_KEYS;
export const FILTERS = Object.keys(FILTER_KEYS) as [Filter, ...Filter[]];

const BY_NAME = new Map<string, Filter>(
  FILTERS.flatMap((filter) =>
    [filter, ...FILTER_KEYS[filter].aliases].map((name) => [name, filter] as const),
  ),
);

/** The filter of this name or alias, in any case; one-letter aliases only in lower case (`C:\temp` is no filter). */
export function filterNamed(name: string): Filter | undefined {
  return BY_NAME.get(name.length === 1 ? name : name.toLowerCase());
}

export function isAbout(filter: Filter, about: NonNullable<FilterKey['about']>): boolean {
  const key: FilterKey = FILTER_KEYS[filter];
  return key.about === about;
}

/** One sentence for a person. */
export function filtersListed(): string {
  const forFiles = FILTERS.filter((filter) => !isAbout(filter, 'commit'));
  return `Filters are ${forFiles.map((filter) => `${filter}:`).join(', ')}.`;
}
