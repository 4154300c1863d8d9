import {definedOf} from '../util/defined-of.ts';

/** The place of the index and of the objects that a repository has filled, with all that a connection needs but secrets. */
export interface FilledStore {
  /** The `ctr.id` under which it was filled. */
  readonly id: string;
  readonly index: {
    readonly url: string;
    readonly name: string;
    readonly username?: string | undefined;
    readonly caFile?: string | undefined;
  };
  readonly objects: {
    readonly url: string;
    readonly bucket: string;
    readonly region: string;
    readonly caFile?: string | undefined;
  };
  /** A build writes to it, or is about to, and it has not replaced the store before it yet. */
  readonly isFilling: boolean;
}

/** One value of `ctr.store`: words `name=value`, in which blanks and per cent signs are escaped. */
export function formatFilledStore({id, index, objects, isFilling}: FilledStore): string {
  const words = {
    index: index.url,
    name: index.name,
    username: index.username,
    'index-ca': index.caFile,
    objects: objects.url,
    bucket: objects.bucket,
    region: objects.region,
    'objects-ca': objects.caFile,
    id,
    filling: isFilling ? 'true' : undefined,
  };
  return Object.entries(definedOf(words))
    .map(([name, value]) => `${name}=${escapeWord(value)}`)
    .join(' ');
}

/** Parses the output of `formatFilledStore`; undefined for anything else. */
export function parseFilledStore(text: string): FilledStore | undefined {
  const words: Partial<Record<string, string>> = Object.fromEntries(
    text.split(' ').map((word) => {
      const end = word.indexOf('=');
      return [word.slice(0, end), unescapeWord(word.slice(end + 1))];
    }),
  );
  const {index: url, name, username, objects, bucket, region, id, filling} = words;
  if (!url || !name || !objects || !bucket || !region || !id) return undefined;
  return {
    id,
    index: {url, name, username, caFile: words['index-ca']},
    objects: {url: objects, bucket, region, caFile: words['objects-ca']},
    isFilling: filling === 'true',
  };
}

/** True if both name the same index. An embedded index is the same under any name. */
export function isSameIndex({index: a}: FilledStore, {index: b}: FilledStore): boolean {
  return isSameUrl(a.url, b.url) && (a.url === 'embedded' || a.name === b.name);
}

/** True if both keep their objects in one place under one prefix, which begins with the name of the index. */
export function isSameObjects(a: FilledStore, b: FilledStore): boolean {
  if (!isSameUrl(a.objects.url, b.objects.url) || a.index.name !== b.index.name || a.id !== b.id)
    return false;
  return a.objects.url === 'embedded' || a.objects.bucket === b.objects.bucket;
}

export function isSameStore(a: FilledStore, b: FilledStore): boolean {
  return isSameIndex(a, b) && isSameObjects(a, b);
}

/** One of the two places of a filled store. */
export interface StorePlace {
  readonly kind: 'index' | 'objects';
  readonly store: FilledStore;
}

export function isSamePlace(a: StorePlace, b: StorePlace): boolean {
  return a.kind === b.kind && (a.kind === 'index' ? isSameIndex : isSameObjects)(a.store, b.store);
}

export function labelOfPlace({kind, store}: StorePlace): string {
  return kind === 'index' ? labelOfIndex(store) : labelOfObjects(store);
}

/** Both places of each of these stores, each once: indexes, then objects. */
export function placesOf(stores: readonly FilledStore[]): StorePlace[] {
  const places = (['index', 'objects'] as const).flatMap((kind) => stores.map((store) => ({kind, store})));
  return places.filter((place, at) => !places.slice(at + 1).some((later) => isSamePlace(place, later)));
}

/** For people. */
export function labelOfIndex({index: {url, name}}: FilledStore): string {
  return url === 'embedded' ? 'the index inside the repository' : `the index ${name} at ${url}`;
}

/** For people. */
export function labelOfObjects({objects: {url, bucket}, index, id}: FilledStore): string {
  const prefix = `${index.name}/${id}/`;
  return url === 'embedded'
    ? `the objects inside the repository (${prefix})`
    : `the objects ${prefix} in the bucket ${bucket} at ${url}`;
}

/** True for two spellings of one address. */
export function isSameUrl(a: string, b: string): boolean {
  return normalize(a) === normalize(b);
}

function normalize(url: string): string {
  return (URL.parse(url)?.href ?? url).replace(/\/$/, '');
}

function escapeWord(value: string): string {
  return value.replace(/[\s%\p{C}]/gu, (char) => encodeURIComponent(char));
}

function unescapeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
