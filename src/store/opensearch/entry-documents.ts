import {documentId} from '../../domain/document-id.ts';
import {
  ancestorsOf,
  directoryOf,
  type Entry,
  type EntrySummary,
  extensionOf,
  nameOf,
} from '../../domain/entry.ts';
import {usualForm} from '../../domain/fold-text.ts';
import {TERM_MAX_CHARS} from './mappings.ts';
import {pickMembers, sameNames, type Terms, without} from './terms.ts';

/** The members of an entry by the field that can be read back without the document, which carries the content. */
const MEMBERS: Readonly<Record<string, keyof EntrySummary>> = {
  ...sameNames('seq', 'path', 'mode', 'oid', 'kind', 'mime', 'language', 'encoding'),
  ...sameNames('objectKey', 'notIndexed', 'introducedBy'),
  size: 'sizeBytes',
  'title.raw': 'title',
};

export const ENTRY_FIELDS = [...Object.keys(MEMBERS), 'isLong'];
/** The members of a document that readers see, but for the content. */
export const ENTRY_SOURCE = ENTRY_FIELDS.map((field) => (field === 'title.raw' ? 'title' : field));

/** The document of an entry. What follows from the path is in it too: other clients have no code of ours. */
export function toEntryDocument(entry: Entry): object {
  const {id: _id, sizeBytes: size, frontMatter, ...rest} = entry;
  const {path, title} = entry;
  const isLong = path.length > TERM_MAX_CHARS || (title?.length ?? 0) > TERM_MAX_CHARS;
  return {
    ...rest,
    size,
    pathHash: documentId(path),
    name: nameOf(path),
    ...usualNames(path),
    ext: extensionOf(path),
    dir: directoryOf(path),
    dirs: ancestorsOf(path).map(pathTerm),
    ...(frontMatter.length > 0 && {
      frontMatter,
      frontMatterFields: frontMatter.map(({key, value}) => `${key}=${value}`),
    }),
    ...(isLong && {isLong}),
  };
}

/** The path and the name in the form in which patterns are matched, where it differs. */
function usualNames(path: string): {usualPath?: string; usualName?: string} {
  const name = nameOf(path);
  const [usualPath, usualName] = [usualForm(path), usualForm(name)];
  return {...(usualPath !== path && {usualPath}), ...(usualName !== name && {usualName})};
}

/**
 * The stored document: with an empty text if there is none. If some documents of a segment have no text, Lucene looks up
 * the length of the text (its norm) again for every position of every word; below 4,096 texts this is a linear search.
 * Such a segment takes three times as long to write (measured with OpenSearch 3.8).
 * Source: Lucene, IndexedDISI.
 */
export function toStoredEntry(entry: Entry): object {
  return {...toEntryDocument(entry), content: entry.content ?? ''};
}

/** The document without the text that stands for none. */
export function withoutFiller(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const {content, ...rest} = source;
  return content === undefined || (content === '' && !mayHaveText(source)) ? rest : {...rest, content};
}

/** True if such an entry has a text, possibly an empty one. */
export function mayHaveText({kind, notIndexed}: {kind?: unknown; notIndexed?: unknown}): boolean {
  return notIndexed === undefined && kind !== 'binary' && kind !== 'submodule';
}

/** The term under which a path or directory is listed: itself, or a hash where it is too long to be a term. */
export function pathTerm(path: string): string {
  return path.length > TERM_MAX_CHARS ? documentId(path) : path;
}

/** The entry whose document this is; with its content where that was asked for and is there. */
export function fromEntryDocument(source: Record<string, unknown>): EntrySummary & {content?: string} {
  const {size: sizeBytes, ...members} = without(withoutFiller(source), 'isLong');
  return {...members, sizeBytes} as unknown as EntrySummary & {content?: string};
}

/** The entry whose terms these are; undefined where one of them was too long to be kept. */
export function fromEntryTerms(terms: Terms): EntrySummary | undefined {
  return terms.isLong ? undefined : (pickMembers(terms, MEMBERS) as unknown as EntrySummary);
}
