import {foldText} from '../domain/fold-text.ts';
import {parseWantedName, rankName} from '../domain/rank-name.ts';
import {type RefKind, refKindOf, shortRefName} from '../domain/ref.ts';
import {byVersion} from '../domain/version-order.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {ListedRef} from './list-refs.ts';

/**
 * - `name`: by full name
 * - `newest`: HEAD's branch, the other branches, tags, other refs; tags by the versions in their names, the others by
 *   the date of their commits; newest first
 */
export type RefOrder = 'name' | 'newest';

export interface RefsWanted {
  readonly kind?: RefKind | undefined;
  /** Only names that contain this, in any case and with any accents. */
  readonly filter?: string | undefined;
  /** The names that fit the filter best come first, and it may be letters of them only. */
  readonly isRanked?: boolean | undefined;
  readonly order: RefOrder;
  /** `nextAfter` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface RefsPage {
  readonly refs: readonly ListedRef[];
  /** How many fit, on all pages. */
  readonly total: number;
  /**
   * Where the next page begins: behind the last ref of this one, which may have moved or gone by then. Undefined on the
   * last page.
   */
  readonly nextAfter: string | undefined;
}

type TimesOf = (refs: readonly ListedRef[]) => Promise<ReadonlyMap<string, number>>;

interface Item {
  readonly name: string;
  /** Of the commit, in seconds; 0 where it does not matter, or there is none. */
  readonly time: number;
}

/**
 * One page of those refs that are wanted. `timesOf`: when the commits of these refs were committed, in seconds, by oid;
 * asked where the order goes by it.
 * @throws USAGE for an `after` that is none of this order.
 */
export async function pageRefs(
  refs: readonly ListedRef[],
  wanted: RefsWanted,
  {head, timesOf}: {head: string | undefined; timesOf: TimesOf},
): Promise<RefsPage> {
  const {kind, order, limit} = wanted;
  const after = wanted.after === undefined ? undefined : parseAfter(wanted.after, order);
  const rankOf = makeRank(wanted);
  const fitting = refs.filter(
    ({name}) => (kind === undefined || refKindOf(name) === kind) && rankOf(name) !== undefined,
  );
  // Tags are sorted by their names alone.
  const dated = order === 'newest' ? fitting.filter(({name}) => refKindOf(name) !== 'tag') : [];
  const times = await timesOf(dated);
  const compare = makeOrder(order, {head, rankOf});
  const items = fitting
    .map((ref) => ({ref, name: ref.name, time: times.get(ref.commit ?? '') ?? 0}))
    .sort(compare);
  const start = after ? items.findIndex((item) => compare(item, after) > 0) : 0;
  const page = start < 0 ? [] : items.slice(start, start + limit);
  const isLast = start < 0 || start + page.length === items.length;
  const {name, time} = page.at(-1) ?? {};
  return {
    refs: page.map(({ref}) => ref),
    total: items.length,
    nextAfter: isLast ? undefined : order === 'name' ? name : `${time} ${name}`,
  };
}

type RankOf = (name: string) => number | undefined;

function makeRank({filter = '', isRanked = false}: RefsWanted): RankOf {
  const wanted = parseWantedName(filter);
  if (wanted.folded === '') return () => 0;
  // A full name that is typed is meant as one.
  const shown = filter.startsWith('refs/') ? (name: string) => name : shortRefName;
  if (!isRanked) return (name) => (foldText(shown(name)).includes(wanted.folded) ? 0 : undefined);
  const ranks = new Map<string, number | undefined>();
  return (name) => {
    if (!ranks.has(name))
      ranks.set(name, rankName({name: shown(name), folded: foldText(shown(name))}, wanted));
    return ranks.get(name);
  };
}

const KINDS: readonly RefKind[] = ['branch', 'tag', 'other'];

function makeOrder(
  order: RefOrder,
  {head, rankOf}: {head: string | undefined; rankOf: RankOf},
): (a: Item, b: Item) => number {
  if (order === 'name') return (a, b) => compareNames(a.name, b.name);
  const compareVersions = byVersion();
  const placeOf = ({name}: Item) => (name === head ? -1 : KINDS.indexOf(refKindOf(name)));
  const isTag = ({name}: Item) => refKindOf(name) === 'tag';
  return (a, b) =>
    (rankOf(a.name) ?? 0) - (rankOf(b.name) ?? 0) ||
    placeOf(a) - placeOf(b) ||
    (isTag(a) ? compareVersions(shortRefName(a.name), shortRefName(b.name)) : b.time - a.time) ||
    compareNames(a.name, b.name);
}

/** By the bytes of their UTF-8, as Git does. */
function compareNames(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (Number.isNaN(one) || Number.isNaN(other)) return a.length - b.length;
  const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
  // Halves of characters beyond U+FFFF stand for more than any whole one.
  return isHigh(one) === isHigh(other) ? one - other : Number(isHigh(one)) - Number(isHigh(other));
}

/** A name of a ref holds no space. Source: git check-ref-format. */
function parseAfter(after: string, order: RefOrder): Item {
  if (order === 'name') return {name: after, time: 0};
  const [, time, name] = /^(-?\d{1,15}) (.+)$/s.exec(after) ?? [];
  if (name !== undefined) return {name, time: Number(time)};
  throw new CtrError('USAGE', 'this is no page of the list of refs', {
    hint: 'Take it from the page before, as it is; begin without one.',
  });
}
