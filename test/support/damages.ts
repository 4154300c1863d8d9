import assert from 'node:assert/strict';
import {serializeBitmap} from '../../src/domain/bitmap.ts';
import type {Vault, VaultDocument, VaultSeries} from './vault.ts';

/** Chooses an undamaged document. */
export interface Picker {
  pick(series: VaultSeries, fits?: (fields: VaultDocument['fields']) => boolean): Promise<VaultDocument>;
  /** An object whose entries are undamaged, and stay so. */
  pickObject(): Promise<{key: string; bytes: Buffer}>;
}

/** A change of the stores that bypasses ctr; returns the finding that `verify` must report. */
export interface Damage {
  readonly name: string;
  /** Both engines unless named. */
  readonly engine?: Vault['engine'];
  apply(vault: Vault, picker: Picker): Promise<string>;
}

type Fields = VaultDocument['fields'];
type Change = (fields: Fields) => Fields;
export interface Changes {
  readonly sqlite?: Change;
  readonly opensearch?: Change;
}

/** How a finding is named in these tests: its kind, and what it is about. */
export function nameOf(finding: Readonly<Record<string, unknown>>): string {
  const {kind, path, oid, ref, commit, document, key, alias, series, what} = finding;
  if (String(kind).startsWith('entry-') && kind !== 'entry-extra') return `${kind} ${path} ${oid}`;
  return `${kind} ${document ?? alias ?? ref ?? commit ?? key ?? series ?? what}`;
}

const entryName = (kind: string, {path, oid}: Fields) => `${kind} ${path} ${oid}`;
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const GARBAGE = Buffer.from([1, 2, 3]);
/** So many more than any set here: one for one, a wrong number in a set and one in a document look alike. */
const OTHER_SET = serializeBitmap([0, 2, 7, ...Array.from({length: 500}, (_, i) => 100_000 + i)]);
const hasContent = ({content, kind, not_indexed: notIndexed, size_bytes: size}: Fields) =>
  content === undefined ? kind === 'text' && notIndexed === null && Number(size) > 0 : content !== '';
/** In SQLite, texts of several entries have parts in common: damage to those is damage to each. */
const hasOwnText = (fields: Fields) => hasContent(fields) && fields['own_run'] !== null;
const isLive = ({state}: Fields) => state === 'live';
const isTombstone = ({state}: Fields) => state === 'deleted';
const isKeyframe = ({snapshot, snapshot_base: base}: Fields) =>
  snapshot === undefined ? base === null : (snapshot as Fields)['base'] === undefined;
const isMerge = ({parents, head}: Fields) =>
  ((parents ?? (JSON.parse(head as string) as Fields)['parents']) as string[]).length > 1;

function changing(
  series: VaultSeries,
  what: string,
  changes: Changes,
  fits?: (fields: Fields) => boolean,
): Damage {
  const engines = Object.keys(changes) as Vault['engine'][];
  return {
    name: `${series}: ${what}`,
    ...(engines.length === 1 && {engine: engines[0]!}),
    async apply(vault, picker) {
      const {key, fields} = await picker.pick(series, fits);
      await vault.change(series, key, changes[vault.engine]!(fields));
      if (series === 'files') return entryName('entry-corrupt', fields);
      return series === 'commits' ? `commit-corrupt ${fields['oid']}` : `ref-corrupt ${fields['name']}`;
    },
  };
}

function same(change: Change): Changes {
  return {sqlite: change, opensearch: change};
}

/** A commit's head is JSON in SQLite. */
function inHead(name: string, value: unknown): Changes {
  return {
    sqlite: ({head}) => ({head: JSON.stringify({...(JSON.parse(head as string) as object), [name]: value})}),
    opensearch: () => ({[name]: value}),
  };
}

/** The other document stays: if it were gone, the owner of the number would be unknown. */
function takingNumber(series: 'files' | 'commits'): Damage {
  return {
    name: `${series}: the number of another`,
    engine: 'opensearch',
    async apply(vault, picker) {
      const {fields: other} = await picker.pick(series);
      const {key, fields} = await picker.pick(series);
      await vault.change(series, key, {seq: other['seq']});
      return series === 'files' ? entryName('entry-corrupt', fields) : `commit-corrupt ${fields['oid']}`;
    },
  };
}

/** In what a commit stores of its tree. */
export function inSnapshot(name: 'added' | 'removed', bytes: Uint8Array): Changes {
  return {
    sqlite: () => ({[`snapshot_${name}`]: Buffer.from(bytes)}),
    opensearch: ({snapshot}) => ({snapshot: {...(snapshot as object), [name]: base64(bytes)}}),
  };
}

/** In a set of a ref or of a commit. */
export function bitmap(name: string, bytes: Uint8Array): Changes {
  return {sqlite: () => ({[name]: Buffer.from(bytes)}), opensearch: () => ({[name]: base64(bytes)})};
}

/** Every damage that the tests know, each of which is one finding. */
export const DAMAGES: readonly Damage[] = [
  {
    name: 'files: deleted',
    async apply(vault, picker) {
      const {key, fields} = await picker.pick('files');
      await vault.remove('files', key);
      // The words of its names, in SQLite, still lie under its number.
      return entryName(vault.engine === 'sqlite' ? 'entry-corrupt' : 'entry-missing', fields);
    },
  },
  {
    name: 'files: duplicated',
    async apply(vault, picker) {
      return `entry-extra ${await vault.duplicate('files', (await picker.pick('files')).key)}`;
    },
  },
  changing(
    'files',
    'another path',
    same(() => ({path: 'somewhere/else.txt'})),
  ),
  changing(
    'files',
    'another oid',
    same(({oid}) => ({oid: String(oid).replaceAll(/./g, 'a')})),
  ),
  changing(
    'files',
    'another mode',
    same(() => ({mode: '100600'})),
  ),
  changing(
    'files',
    'another title',
    same(() => ({title: 'what it never said'})),
  ),
  changing(
    'files',
    'another kind',
    same(() => ({kind: 'lfs'})),
  ),
  changing('files', 'another size', {
    sqlite: () => ({size_bytes: 123_456}),
    opensearch: () => ({size: 123_456}),
  }),
  changing(
    'files',
    'no such repository',
    same(() => ({repo: 'nobody'})),
  ),
  changing(
    'files',
    'another text',
    {
      sqlite: () => ({'run.text': 'not what was pushed'}),
      opensearch: () => ({content: 'not what was pushed'}),
    },
    hasOwnText,
  ),
  changing('files', 'a text that is not in its page', {sqlite: () => ({'run.text': null})}, hasOwnText),
  changing(
    'files',
    'no text',
    {sqlite: () => ({'texts.*': null}), opensearch: () => ({content: undefined})},
    hasContent,
  ),
  changing('files', 'no words', {sqlite: () => ({'run.words': null})}, hasOwnText),
  changing('files', 'no names', {sqlite: () => ({'names.*': null})}),
  changing('files', 'other headings', {opensearch: () => ({headings: ['what it never said']})}),
  changing('files', 'other words', {sqlite: () => ({'run.words': 'never pushed'})}, hasOwnText),
  changing('files', 'no trigrams', {sqlite: () => ({'run.trigrams': null})}, hasOwnText),
  changing('files', 'another id', {sqlite: () => ({id: 'x'.repeat(27)})}),
  changing('files', 'front matter that is no JSON', {sqlite: () => ({front_matter: '{['})}),
  changing('files', 'an unused number', {opensearch: () => ({seq: 1_000_000})}),
  takingNumber('files'),
  changing('files', 'no number', {opensearch: () => ({seq: undefined})}),
  changing('files', 'a hash of another path', {opensearch: () => ({pathHash: 'x'})}),
  changing('files', 'the usual form of another path', {opensearch: () => ({usualPath: 'x'})}),
  {
    name: 'commits: deleted',
    async apply(vault, picker) {
      const {key, fields} = await picker.pick('commits');
      await vault.remove('commits', key);
      const hasPaths = vault.engine === 'sqlite' && fields['paths'] !== '[]';
      return `${hasPaths ? 'commit-corrupt' : 'commit-missing'} ${fields['oid']}`;
    },
  },
  {
    name: 'commits: a keyframe deleted',
    async apply(vault, picker) {
      const {key, fields} = await picker.pick('commits', isKeyframe);
      await vault.remove('commits', key);
      const hasPaths = vault.engine === 'sqlite' && fields['paths'] !== '[]';
      return `${hasPaths ? 'commit-corrupt' : 'commit-missing'} ${fields['oid']}`;
    },
  },
  {
    name: 'commits: duplicated',
    async apply(vault, picker) {
      const document = await vault.duplicate('commits', (await picker.pick('commits')).key);
      return `commit-extra ${document}`;
    },
  },
  changing('commits', 'a keyframe that is no bitmap', inSnapshot('added', GARBAGE), isKeyframe),
  changing('commits', 'another keyframe', inSnapshot('added', OTHER_SET), isKeyframe),
  changing(
    'commits',
    'a difference that is no bitmap',
    inSnapshot('removed', GARBAGE),
    (fields) => !isKeyframe(fields),
  ),
  changing('commits', 'another difference', inSnapshot('added', OTHER_SET), (fields) => !isKeyframe(fields)),
  changing('commits', 'no snapshot', {
    sqlite: () => ({snapshot_added: null}),
    opensearch: () => ({snapshot: undefined}),
  }),
  changing('commits', 'a history that is no bitmap', bitmap('history', GARBAGE)),
  changing('commits', 'another history', bitmap('history', OTHER_SET)),
  changing('commits', 'other parents', inHead('parents', []), isMerge),
  changing('commits', 'another message', inHead('message', 'it was another person')),
  changing(
    'commits',
    'another author',
    inHead('author', {name: 'E', email: 'e@x', timeSeconds: 1, offset: '+0000'}),
  ),
  changing('commits', 'another tree', inHead('tree', 'b'.repeat(40))),
  changing('commits', 'another order', {sqlite: () => ({sort_order: 5}), opensearch: () => ({order: 5})}),
  changing('commits', 'other paths', {
    sqlite: () => ({paths: '["not/there"]'}),
    opensearch: () => ({paths: ['not/there']}),
  }),
  changing('commits', 'a head that is no JSON', {sqlite: () => ({head: '{'})}),
  changing(
    'commits',
    'paths that lead elsewhere',
    {sqlite: () => ({'commit_paths.path': 'not/there'})},
    ({paths}) => (JSON.parse(paths as string) as string[]).length === 1,
  ),
  changing('commits', 'another oid', {sqlite: ({oid}) => ({oid: String(oid).replaceAll(/./g, 'd')})}),
  changing('commits', 'an unused number', {opensearch: () => ({seq: 1_000_000})}),
  takingNumber('commits'),
  {
    name: 'refs: deleted',
    async apply(vault, picker) {
      const {key, fields} = await picker.pick('refs', isLive);
      await vault.remove('refs', key);
      return `ref-behind ${fields['name']}`;
    },
  },
  changing('refs', 'another snapshot', bitmap('snapshot', OTHER_SET), isLive),
  changing('refs', 'a snapshot that is no bitmap', bitmap('snapshot', GARBAGE), isLive),
  changing('refs', 'another history', bitmap('history', OTHER_SET), isLive),
  changing(
    'refs',
    'another count',
    {sqlite: () => ({entry_count: 7000}), opensearch: () => ({entryCount: 7000})},
    isLive,
  ),
  changing(
    'refs',
    'another kind',
    same(() => ({kind: 'other'})),
    isLive,
  ),
  changing('refs', 'no snapshot', {opensearch: () => ({snapshot: undefined})}, isLive),
  changing('refs', 'no type', {opensearch: () => ({type: undefined})}, isLive),
  changing('refs', 'a tombstone that shows something', bitmap('snapshot', OTHER_SET), isTombstone),
  {
    name: 'refs: duplicated',
    engine: 'opensearch',
    async apply(vault, picker) {
      return `ref-extra ${await vault.duplicate('refs', (await picker.pick('refs', isLive)).key)}`;
    },
  },
  {
    name: 'objects: deleted',
    async apply(vault, picker) {
      const {key} = await picker.pickObject();
      await vault.removeObject(key);
      return `object-missing ${key}`;
    },
  },
  {
    name: 'objects: another byte',
    async apply(vault, picker) {
      const {key, bytes} = await picker.pickObject();
      const other = Buffer.from(bytes);
      other[other.length >> 1]! ^= 0xff;
      await vault.putObject(key, other);
      return `object-corrupt ${key}`;
    },
  },
  {
    name: 'objects: cut short',
    async apply(vault, picker) {
      const {key, bytes} = await picker.pickObject();
      assert.ok(bytes.length > 1);
      await vault.putObject(key, bytes.subarray(0, bytes.length >> 1));
      return `object-corrupt ${key}`;
    },
  },
  {
    name: 'objects: one that nothing needs',
    async apply(vault, picker) {
      const {key, bytes} = await picker.pickObject();
      const other = key.replace(/[^/]+\/[^/]+$/, `cc/${'c'.repeat(40)}`);
      await vault.putObject(other, bytes);
      return `object-extra ${other}`;
    },
  },
  {
    name: 'counters: numbers of entries begin again',
    async apply(vault) {
      await vault.turnCounter('entries', 1);
      return 'counter-behind entries';
    },
  },
  {
    name: 'counters: numbers of commits begin again',
    async apply(vault) {
      await vault.turnCounter('commits', 1);
      return 'counter-behind commits';
    },
  },
  {
    name: 'lease: what is on its way out is no bitmap',
    async apply(vault) {
      await vault.spoilLease();
      return 'lease-corrupt undefined';
    },
  },
  {
    name: 'repository: another default branch',
    async apply(vault) {
      await vault.changeRepository({head: 'refs/heads/nowhere'});
      return 'repository-wrong head';
    },
  },
  {
    name: 'aliases: one leads elsewhere',
    engine: 'opensearch',
    apply: async (vault) => `alias-wrong ${await vault.turnAlias()}`,
  },
];
