import ignore from 'ignore';
import {classifyBlob} from '../../domain/classify.ts';
import type {Entry} from '../../domain/entry.ts';
import {readFrontMatter} from '../../domain/front-matter.ts';
import {titleOf} from '../../domain/title.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import type {SyncSettings} from '../settings.ts';
import type {NewEntry} from './new-entry.ts';

const RULES_MAX_ASKED = 10_000;
const DATA_FILE = /\.(?:ya?ml|toml)$/i;

/** A blob, or the beginning of one that is too large to be held. */
export interface BlobStart {
  /** All bytes where there are at most `textMaxBytes`; else the first 8,000 or more. */
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

/** The settings that decide what an entry becomes. */
export interface EntrySettings extends Pick<SyncSettings, 'repo' | 'index' | 'textMaxBytes'> {
  readonly isExcluded: (path: string) => boolean;
}

/** What is stored of a blob at a path. With an `objectKey`, its bytes must be stored under it. Pure. */
export function makeEntry(entry: NewEntry, {bytes, sizeBytes}: BlobStart, settings: EntrySettings): Entry {
  const {path, mode, oid} = entry;
  const {repo, index, textMaxBytes} = settings;
  const {isExact, ...found} = classifyBlob({path, mode, bytes, sizeBytes, textMaxBytes});
  const common = {...entry, repo, sizeBytes};
  if (settings.isExcluded(path))
    return {...common, kind: found.kind, mime: found.mime, frontMatter: [], notIndexed: 'excluded'};
  const made = {...common, ...found, ...describe(path, found.content)};
  return isExact && found.content !== undefined
    ? made
    : {...made, objectKey: objectKeyOf({index, repo, oid})};
}

function describe(path: string, content: string | undefined) {
  if (content === undefined) return {frontMatter: [], title: undefined};
  // A YAML file may begin with `---` too: that is its content, not a description of it.
  const {fields} = DATA_FILE.test(path) ? {fields: []} : readFrontMatter(content);
  return {frontMatter: fields, title: titleOf({path, content, fields})};
}

/** What is stored of a submodule: its commit lies in another repository. */
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

/** What is stored of a blob that Git cannot give. */
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

/** What is stored of an entry whose document the index refuses: its place, and its bytes as an object. */
export function makeRefused(entry: Entry, objectKey: string): Entry {
  return {
    ...entry,
    content: undefined,
    title: undefined,
    frontMatter: [],
    objectKey,
    notIndexed: 'refused',
  };
}

/** Whether the owner keeps a path out, by patterns as in .gitignore. */
export function excludes(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const makeRules = () => ignore({allowRelativePaths: true, ignorecase: false}).add([...patterns]);
  let rules = makeRules();
  let asked = 0;
  return (path) => {
    // The library remembers every path that it was asked for.
    if (++asked % RULES_MAX_ASKED === 0) rules = makeRules();
    return rules.ignores(path);
  };
}
