import type {Reader} from '../../read/open-reader.ts';
import {
  findHead,
  isOid,
  type Revision,
  resolveFirstRef,
  resolveRevision,
} from '../../read/resolve-revision.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Place} from './explorer-url.ts';

/** The reading that the URL means, and the commit that its revision is now. */
export interface ResolvedPlace {
  readonly place: Place;
  readonly revision: Revision;
  /** Whether an oid was shortened: the whole one is its address. */
  readonly isShort: boolean;
}

/**
 * The first reading whose revision there is: for branches and tags the longest name that exists, since the others
 * would be a path in a branch that Git would not let exist beside it. Undefined where the default branch is asked for,
 * and HEAD leads to none.
 * @throws UNKNOWN_REF
 */
export async function resolvePlace(
  reader: Reader,
  readings: readonly [Place, ...Place[]],
): Promise<ResolvedPlace | undefined> {
  const [first] = readings;
  if (first.revision.family === 'default') {
    const revision = await findHead(reader);
    return revision && {place: first, revision, isShort: false};
  }
  const oid = readings.find((place) => isOid(nameOf(place)));
  if (oid) return {place: oid, revision: await resolveRevision(reader, nameOf(oid)), isShort: false};
  const named = readings.flatMap((place) => refNames(place).map((name) => ({place, name})));
  const revision = await resolveFirstRef(
    reader,
    named.map(({name}) => name),
  );
  if (revision) {
    const {place} = named.find(({name}) => name === revision.ref)!;
    return {place, revision, isShort: false};
  }
  return resolveShort(reader, readings);
}

function nameOf({revision}: Place): string {
  return 'name' in revision ? revision.name : '';
}

/** Full names of the refs that the place may mean, likeliest first. */
function refNames({revision}: Place): string[] {
  if (revision.family === 'default') return [];
  const {family, name} = revision;
  if (family === 'branch') return [`refs/heads/${name}`];
  const full = name.startsWith('refs/') ? [name] : [];
  return [...full, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
}

async function resolveShort(reader: Reader, readings: readonly [Place, ...Place[]]): Promise<ResolvedPlace> {
  const place = readings.find(
    ({revision}) => revision.family === 'revision' && /^[0-9a-f]{4,63}$/i.test(revision.name),
  );
  if (place) return {place, revision: await resolveRevision(reader, nameOf(place)), isShort: true};
  const shortest = readings.at(-1)!;
  const what = shortest.revision.family === 'branch' ? 'branch' : 'branch, tag or commit';
  throw new CtrError('UNKNOWN_REF', `the index has no ${what} ${JSON.stringify(nameOf(shortest))}`, {
    data: {ref: nameOf(shortest)},
  });
}
