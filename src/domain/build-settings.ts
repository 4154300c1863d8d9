import {isDeepStrictEqual} from 'node:util';

/**
 * Raise it when ctr derives other documents from the same content: decoding and language of text, titles, headings, front matter,
 * messages and paths of commits. An index of another version still works; `ctr status` says that a reindex is due.
 */
export const DERIVATION_VERSION = 5;

/** The settings from which, with Git's content, the documents of the index and its collections follow. */
export interface BuildSettings {
  /** `DERIVATION_VERSION` of the ctr that wrote the documents. */
  readonly derivation: number;
  readonly history: 'all' | 'refs';
  readonly exclude: readonly string[];
  readonly textMaxBytes: number;
  readonly shards: number;
  /** The index has the trigrams of texts. */
  readonly substrings: boolean;
}

/** The form of the index as a whole, from its creation on. */
export type BuildLayout = Pick<BuildSettings, 'shards' | 'substrings'>;

/** A setting with which something was indexed, and its value now. */
export interface ReindexReason {
  /** Name of the setting; `derivation` for ctr's own version of it. */
  readonly setting: string;
  readonly was: BuildSettings[keyof BuildSettings];
  readonly is: BuildSettings[keyof BuildSettings];
}

const NAMES: Readonly<Record<keyof BuildSettings, string>> = {
  derivation: 'derivation',
  history: 'ctr.history',
  exclude: 'ctr.exclude',
  textMaxBytes: 'ctr.text.maxBytes',
  shards: 'ctr.index.shards',
  substrings: 'ctr.index.substrings',
};

/** The differences between the index and one that would be built now, each once. */
export function planReindex(builtWith: readonly BuildSettings[], now: BuildSettings): ReindexReason[] {
  const reasons: ReindexReason[] = [];
  for (const [member, setting] of Object.entries(NAMES) as [keyof BuildSettings, string][]) {
    const is = now[member];
    for (const {[member]: was} of builtWith) {
      const isKnown = reasons.some((one) => one.setting === setting && isDeepStrictEqual(one.was, was));
      if (!isKnown && !isDeepStrictEqual(was, is)) reasons.push({setting, was, is});
    }
  }
  return reasons;
}

/** `builtWith` with `now` added; the same list if it contains that. `layout`: the form that the index has. */
export function withSettings(
  builtWith: readonly BuildSettings[],
  now: BuildSettings,
  {shards, substrings}: BuildLayout = builtWith[0] ?? now,
): readonly BuildSettings[] {
  const added = {...now, shards, substrings};
  return builtWith.some((one) => isDeepStrictEqual(one, added)) ? builtWith : [...builtWith, added];
}
