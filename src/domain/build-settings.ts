import {isDeepStrictEqual} from 'node:util';

/**
 * Raised when ctr derives documents from the same content in another way: how text is decoded and its language told,
 * titles, front matter, messages and paths of commits. An index that was built by another version goes on working;
 * `ctr status` says that a reindex is due.
 */
export const DERIVATION_VERSION = 3;

/** What decides how Git's content becomes documents of the index. */
export interface BuildSettings {
  /** `DERIVATION_VERSION` of the ctr that wrote. */
  readonly derivation: number;
  readonly history: 'all' | 'refs';
  readonly exclude: readonly string[];
  readonly textMaxBytes: number;
}

/** A setting under which something was indexed, and what it is now. */
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
};

/** Why the index is not what it would be if it were built now; empty when it is. Each difference once. */
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

/** `builtWith`, and `now` if it is not among them: the same list where it is. */
export function withSettings(
  builtWith: readonly BuildSettings[],
  now: BuildSettings,
): readonly BuildSettings[] {
  return builtWith.some((one) => isDeepStrictEqual(one, now)) ? builtWith : [...builtWith, now];
}
