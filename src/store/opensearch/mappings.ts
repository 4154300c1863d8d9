import {analysisSettings} from './analysis.ts';
import {TRIGRAMS, trigramAnalysis} from './trigram-analysis.ts';

/** Raised with every change of the mappings (a test holds it). Kept in each mapping's `_meta`. */
export const SCHEMA_VERSION = 9;

/** Longer strings are in the document but not in the index (Lucene: a term has at most 32,766 bytes). */
export const TERM_MAX_CHARS = 8191;

const KEYWORD = {type: 'keyword', ignore_above: TERM_MAX_CHARS};
/** Can be read back without the document itself, which carries the content; cannot be searched. */
const SHOWN = {...KEYWORD, index: false};
/** In the document only. */
const KEPT = {type: 'binary'};
const TEXT = {type: 'text', analyzer: 'ctr_code', search_analyzer: 'ctr_parts'};
/** A bitmap filter answers only on `integer` (OpenSearch 2.19 to 3.8: `long` fails, `keyword` matches nothing). */
const SEQ = {type: 'integer'};
/** The lookup reads a stored field. */
const BITMAP = {type: 'binary', store: true};
/** A ref or path of more than 8191 characters: readers take the document instead of its terms. */
const IS_LONG = {type: 'boolean', index: false};

/**
 * A field that only an index without trigrams has; there, each document has the value `true`. So one query is right for
 * both, also while the next generation takes over: in the other kind of index each of its two parts matches nothing.
 */
export const TRIGRAMLESS = 'trigramless';

const ENTRY_PROPERTIES = {
  seq: SEQ,
  repo: KEYWORD,
  path: {...KEYWORD, fields: {words: TEXT}},
  pathHash: {type: 'keyword', doc_values: false},
  name: {...KEYWORD, fields: {words: TEXT}},
  usualPath: {...KEYWORD, doc_values: false},
  usualName: {...KEYWORD, doc_values: false},
  ext: KEYWORD,
  dir: KEYWORD,
  dirs: {...KEYWORD, doc_values: false},
  mode: KEYWORD,
  oid: KEYWORD,
  size: {type: 'long'},
  kind: KEYWORD,
  mime: KEYWORD,
  language: KEYWORD,
  encoding: KEYWORD,
  title: {...TEXT, fields: {raw: SHOWN}},
  headings: TEXT,
  content: TEXT,
  frontMatter: {type: 'object', enabled: false},
  frontMatterFields: KEYWORD,
  objectKey: SHOWN,
  notIndexed: KEYWORD,
  introducedBy: KEYWORD,
  isLong: IS_LONG,
};

const SIGNATURE = {
  properties: {
    name: {...KEYWORD, fields: {words: TEXT}},
    email: KEYWORD,
    // Git accepts years that no date field does.
    date: {type: 'date', ignore_malformed: true},
    timeSeconds: {type: 'long'},
    offset: SHOWN,
  },
};

const COMMIT_PROPERTIES = {
  seq: SEQ,
  repo: KEYWORD,
  oid: KEYWORD,
  tree: KEYWORD,
  parents: KEYWORD,
  author: SIGNATURE,
  committer: SIGNATURE,
  subject: TEXT,
  message: TEXT,
  order: {type: 'long'},
  paths: {...KEYWORD, doc_values: false},
  dirs: {...KEYWORD, doc_values: false},
  snapshot: {type: 'object', enabled: false},
  /** The highest number of an entry that `snapshot` names: no other file may ever get one up to it. */
  lastEntry: SEQ,
  history: KEPT,
};

/** The refs, and the four other kinds of documents that the set has few of; `type` tells them apart. */
const REF_PROPERTIES = {
  type: KEYWORD,
  repo: KEYWORD,
  name: KEYWORD,
  kind: KEYWORD,
  state: KEYWORD,
  target: KEYWORD,
  commit: KEYWORD,
  reason: SHOWN,
  entryCount: {type: 'long'},
  indexedAt: {type: 'date', ignore_malformed: true, fields: {raw: SHOWN}},
  snapshot: BITMAP,
  history: BITMAP,
  isLong: IS_LONG,
  // type: counter
  series: KEYWORD,
  next: {type: 'long'},
  // type: lease
  holder: KEYWORD,
  dropped: {type: 'object', enabled: false},
  condemned: {type: 'object', enabled: false},
  // type: tally
  held: {type: 'object', enabled: false},
  // type: set
  repositories: {
    properties: {
      id: KEYWORD,
      name: KEYWORD,
      head: KEYWORD,
      objectFormat: KEYWORD,
      isShared: {type: 'boolean'},
      boundary: SHOWN,
      builtWith: {type: 'object', enabled: false},
    },
  },
};

/** The form of collections that are created. */
export interface IndexLayout {
  /** Of files and commits. */
  readonly shards: number;
  /** Absent: one where there are several nodes. */
  readonly replicas?: number | undefined;
  /** Texts are indexed by their trigrams. */
  readonly substrings: boolean;
}

export const COLLECTION_KINDS = ['files', 'commits', 'refs'] as const;
export type CollectionKind = (typeof COLLECTION_KINDS)[number];

/** Settings and mappings that a collection of the set `setId` is created with. */
export function collectionBody(kind: CollectionKind, setId: string, layout: IndexLayout): object {
  const meta = {ctr: SCHEMA_VERSION, set: setId};
  switch (kind) {
    case 'files':
      // A path pattern of 256 characters, each in both cases, is longer than the default of 1000.
      return bodyOf({...fileSettings(layout), max_regex_length: 4000}, entryProperties(layout), meta);
    case 'commits':
      return bodyOf(textSettings(layout), COMMIT_PROPERTIES, meta);
    case 'refs':
      return bodyOf(shardSettings({...layout, shards: 1}), REF_PROPERTIES, meta);
  }
}

function entryProperties({substrings}: IndexLayout) {
  if (!substrings) return {...ENTRY_PROPERTIES, [TRIGRAMLESS]: {type: 'constant_keyword', value: 'true'}};
  return {...ENTRY_PROPERTIES, content: {...TEXT, fields: {trigrams: TRIGRAMS}}};
}

/** The analyzers of trigrams are there in any case: a query may name them. */
function fileSettings(layout: IndexLayout) {
  const {analysis, ...settings} = textSettings(layout);
  const {char_filter, tokenizer, filter, analyzer} = trigramAnalysis();
  return {
    ...settings,
    analysis: {
      ...analysis,
      tokenizer,
      char_filter: {...analysis.char_filter, ...char_filter},
      filter: {...analysis.filter, ...filter},
      analyzer: {...analysis.analyzer, ...analyzer},
    },
  };
}

/** Refreshed by us when a batch is complete, not every second while it grows. */
function textSettings(layout: IndexLayout) {
  return {...shardSettings(layout), refresh_interval: '-1', analysis: analysisSettings()};
}

function shardSettings({shards, replicas}: IndexLayout) {
  const copies = replicas === undefined ? {auto_expand_replicas: '0-1'} : {number_of_replicas: replicas};
  return {number_of_shards: shards, ...copies};
}

function bodyOf(index: object, properties: object, _meta: object) {
  return {settings: {index}, mappings: {dynamic: 'strict', _meta, properties}};
}
