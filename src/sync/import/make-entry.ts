import ignore from 'ignore';
import {classifyBlob} from '../../domain/classify.ts';
import type {Entry, EntryKey} from '../../domain/entry.ts';
import {readFrontMatter} from '../../domain/front-matter.ts';
import {headingsOf} from '../../domain/headings.ts';
import {titleOf} from '../../domain/title.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import type {SyncSettings} from '../sync-settings.ts';

const SUBMODULE = '160000';
const RULES_MAX_ASKED = 10_000;
const DATA_FILE = /\.(?:ya?ml|toml)$/i;

/** An entry that has a number and is not stored yet. */
export interface NewEntry extends EntryKey {
  readonly id: string;
  readonly seq: number;
  readonly introducedBy: string;
}

/** True if the entry has bytes in this repository; a submodule's commit is in another one. */
export function hasBlob({mode}: EntryKey): boolean {
  return mode !== SUBMODULE;
}

/** A blob, or the beginning of one that is too large to be held. */
export interface BlobStart {
  /** All bytes if there are at most `textMaxBytes`; else the first 8,000 or more. */
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

/** The settings on which an entry's document depends. */
export interface EntrySettings extends Pick<SyncSettings, 'repo' | 'index' | 'textMaxBytes'> {
  readonly isExcluded: (path: string) => boolean;
}

/** The document of a blob at a path. If it has an `objectKey`, the bytes must be stored under it. Pure. */
export function makeEntry(entry: NewEntry, {bytes, sizeBytes}: BlobStart, settings: EntrySettings): Entry {
  const {path, mode, oid} = entry;
  const {repo, index, textMaxBytes} = settings;
  const {isExact, ...found} = classifyBlob({path, mode, bytes, sizeBytes, textMaxBytes});
  const common = {...entry, repo, sizeBytes};
  if (settings.isExcluded(path))
    return {...common, kind: found.kind, mime: found.mime, frontMatter: [], notIndexed: 'excluded'};
  const made = {...common, ...found, ...describe(path, found)};
  return isExact && found.content !== undefined
    ? made
    : {...made, objectKey: objectKeyOf({index, repo, oid})};
}

function describe(path: string, {content, language}: Pick<Entry, 'content' | 'language'>) {
  if (content === undefined) return {frontMatter: []};
  // A YAML file may begin with `---`, too: that is its content and not front matter.
  const {fields} = DATA_FILE.test(path) ? {fields: []} : readFrontMatter(content);
  return {
    frontMatter: fields,
    title: titleOf({path, content, fields}),
    headings: headingsOf({path, content, language}),
  };
}

/** The document of a submodule, whose commit is in another repository. */
export function makeSubmodule(entry: NewEntry, repo: string): Entry {
  return {
    ...entry,
    repo,
    sizeBytes: 0,
    kind: 'submodule',
    mime: 'application/x-git-submodule',
    frontMatter: [],
  };
}

/** The document of a blob that Git cannot read. */
export function makeUnreadable(entry: NewEntry, repo: string): Entry {
  return {
    ...entry,
    repo,
    sizeBytes: 0,
    kind: 'binary',
    mime: 'application/octet-stream',
    frontMatter: [],
    notIndexed: 'unreadable',
  };
}

/** The document of an entry that the index refused with its text; its bytes are an object. */
export function makeRefused(entry: Entry, objectKey: string): Entry {
  return {
    ...entry,
    content: undefined,
    title: undefined,
    headings: undefined,
    frontMatter: [],
    objectKey,
    notIndexed: 'refused',
  };
}

/** A test for paths that the owner excludes, by patterns as in .gitignore. */
export function excludes(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const makeRules = () => ignore({allowRelativePaths: true, ignorecase: false}).add([...patterns]);
  let rules = makeRules();
  let asked = 0;
  return (path) => {
    // The library keeps every tested path in memory.
    if (++asked % RULES_MAX_ASKED === 0) rules = makeRules();
    return rules.ignores(path);
  };
}
