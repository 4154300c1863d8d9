import {Bitmap, without} from '../../domain/bitmap.ts';
import {type Entry, type EntryKey, entryIdBytes} from '../../domain/entry.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import type {NewEntry} from '../import/new-entry.ts';
import type {Examination} from './examination.ts';
import {type Doubtful, doubtfulOf, Inventory, idBytesOf} from './inventory.ts';
import type {EntryRepair} from './repairs.ts';
import {SeqAgreement, UNKNOWN_FROM} from './seq-agreement.ts';

/** An entry that Git shows and that no document with a believable number stands for. */
interface NamelessEntry {
  readonly key: EntryKey;
  readonly standIn: number;
  readonly introducedBy: string;
}

/** Every entry that must be stored against what is: none missing, none besides, each as it would be written. */
export class EntryAudit implements Disposable {
  readonly #exam: Examination;
  readonly #repo: string;
  readonly inventory = new Inventory();
  /** Numbers of the entries that Git shows. */
  readonly #seen = Bitmap.of();
  readonly #unknown = new Map<string, NamelessEntry>();
  /** By id: what Git says of entries whose documents are wrong. */
  readonly #named = new Map<string, {key: EntryKey; introducedBy: string}>();
  /** Entries whose bytes, or what follows from them, are wrong: by id. */
  readonly #misread = new Map<string, {entry: Entry; what: string[]}>();
  agreement = new SeqAgreement(Bitmap.of());
  /** Numbers of documents that do not say what they must: nothing is rebuilt from them. */
  readonly untrusted = Bitmap.of();
  /** Numbers of entries whose blob Git could not give when they were stored. */
  readonly unreadable = Bitmap.of();
  /** Sizes of the objects that stored entries name, by oid. */
  readonly objects = new Map<string, {sizeBytes: number; entry: NewEntry}>();

  constructor(exam: Examination) {
    this.#exam = exam;
    this.#repo = exam.deps.settings.repo;
  }

  /** What is stored under which number. `shown` are the numbers that commits and refs show. Takes it over. */
  async takeInventory(shown: Bitmap): Promise<void> {
    const {store} = this.#exam.deps;
    for await (const documents of store.auditEntries(this.#repo, {withContent: false})) {
      for (const document of documents) this.#enter(document, shown);
      this.#exam.show('entries', this.inventory.count);
    }
    this.#exam.checked.entries = this.inventory.count;
    await this.inventory.settle(shown, (seqs) => this.#readAgain(seqs));
    this.untrusted.addAll(this.inventory.contested);
  }

  async *#readAgain(wanted: Bitmap): AsyncGenerator<Doubtful[]> {
    const seqs = wanted.serialize();
    for await (const documents of this.#exam.deps.store.auditEntries(this.#repo, {withContent: false, seqs}))
      yield documents.map((document) => this.#doubtfulOf(document));
  }

  #enter(document: StoredDocument<Entry>, shown: Bitmap): void {
    const doubtful = this.#doubtfulOf(document);
    this.inventory.add(doubtful);
    const {seq, record} = document;
    if (doubtful.defect !== undefined && seq !== undefined) this.untrusted.add(seq);
    if (doubtful.defect !== undefined || !record || !shown.has(record.seq)) return;
    if (record.notIndexed === 'unreadable') this.unreadable.add(record.seq);
    if (record.objectKey === undefined) return;
    const {id, oid, path, mode, introducedBy} = record;
    this.objects.set(oid, {
      sizeBytes: record.sizeBytes,
      entry: {id, seq: record.seq, path, mode, oid, introducedBy},
    });
  }

  #doubtfulOf(document: StoredDocument<Entry>): Doubtful {
    const {record} = document;
    const ownId = record && entryIdBytes(this.#repo, record).toString('base64url');
    const doubtful = doubtfulOf(document, {ownId, more: {path: record?.path, oid: record?.oid}});
    return doubtful.defect === undefined && record && record.repo !== this.#repo
      ? {...doubtful, defect: 'it names another repository'}
      : doubtful;
  }

  /** Git shows this entry: it must be stored. */
  see(key: EntryKey, introducedBy: string): void {
    const id = entryIdBytes(this.#repo, key);
    const seq = this.inventory.seqOf(id);
    if (seq !== undefined) this.#seen.add(seq);
    if (seq !== undefined && !this.inventory.hasDefects) return;
    const name = id.toString('base64url');
    if (this.inventory.defective.has(name) && !this.#named.has(name))
      this.#named.set(name, {key, introducedBy});
    if (seq !== undefined || this.#unknown.has(name)) return;
    const standIn = UNKNOWN_FROM + this.#unknown.size;
    this.#unknown.set(name, {key, introducedBy, standIn});
    this.agreement.addUnknown(standIn);
  }

  /** Everything that Git shows was seen, or (with a sample) what the index says of itself is all there is. */
  settle({isComplete}: {isComplete: boolean}): void {
    using taken = isComplete ? this.#seenOrKept() : this.inventory.numbers.clone();
    const free = this.inventory.freeSeqs(taken);
    if (free.size > 0) this.#exam.isDoubtful = true;
    this.agreement = new SeqAgreement(free);
    for (const {standIn} of this.#unknown.values()) this.agreement.addUnknown(standIn);
  }

  #seenOrKept(): Bitmap {
    using strange = without(this.inventory.numbers, this.#exam.trust.entries);
    strange.addAll(this.untrusted);
    const taken = without(this.inventory.numbers, strange);
    taken.addAll(this.#seen);
    return taken;
  }

  /** The entry's number, or what stands in for it; undefined for one that was never seen before. */
  seqOf(key: EntryKey): number | undefined {
    const id = entryIdBytes(this.#repo, key);
    return this.inventory.seqOf(id) ?? this.#unknown.get(id.toString('base64url'))?.standIn;
  }

  /** Whether the document with this id and number is what it says, as far as that is known without its content. */
  isTrusted(id: string, seq: number): boolean {
    const bytes = idBytesOf(id);
    return bytes !== undefined && this.inventory.seqOf(bytes) === seq && !this.inventory.defective.has(id);
  }

  /** The bytes of a stored entry, or what is stored of them, are wrong. */
  noteMisread(entry: Entry, what: string[]): void {
    this.#misread.set(entry.id, {entry, what});
  }

  /** Entries of this blob say that it has another size. */
  async noteWrongSizes(oid: string, sizeBytes: number): Promise<void> {
    for await (const found of this.#exam.deps.store.findEntries(this.#repo, {oids: [oid]})) {
      for (const summary of found) {
        const id = entryIdBytes(this.#repo, summary).toString('base64url');
        if (summary.sizeBytes === sizeBytes || this.#misread.has(id)) continue;
        this.noteMisread({...summary, id, repo: this.#repo, frontMatter: []}, ['sizeBytes']);
      }
    }
  }

  /** What was found, named; and what to do about it. */
  async conclude({isComplete}: {isComplete: boolean}): Promise<void> {
    const pairs = this.agreement.pairs();
    const extra = await this.#readExtra(isComplete);
    this.#concludeUnknown(pairs, extra);
    this.#concludeDefective(extra);
    for (const {entry, what} of this.#misread.values()) {
      const {id, seq, introducedBy} = entry;
      this.#corrupt({key: keyOf(entry), id, seq, introducedBy, what, staleKeys: [], standIn: undefined});
    }
    const {findings, repairs, trust} = this.#exam;
    for (const {key, seq, path, oid} of extra.values()) {
      // Of a history that Git cannot give, and the index still has.
      if (seq !== undefined && trust.entries.has(seq) && !this.#seen.has(seq)) continue;
      findings.push({kind: 'entry-extra', document: key, seq, path, oid});
      repairs.extra.entries.push(key);
    }
    repairs.entrySeqs = pairs;
  }

  /** Documents that stand for nothing that Git shows, by key. */
  async #readExtra(isComplete: boolean): Promise<Map<string, Doubtful>> {
    const {inventory} = this;
    const doubtful = [...inventory.defective.values(), ...inventory.unbelieved.values()];
    const isNamed = ({id}: Doubtful) => this.#unknown.has(id) || this.#named.has(id);
    const extra = new Map(doubtful.filter((document) => !isNamed(document)).map((each) => [each.key, each]));
    if (!isComplete) return extra;
    using unseen = inventory.unseenSeqs(this.#seen);
    if (unseen.size === 0) return extra;
    const seqs = unseen.serialize();
    for await (const documents of this.#exam.deps.store.auditEntries(this.#repo, {withContent: false, seqs}))
      for (const document of documents) extra.set(document.key, this.#doubtfulOf(document));
    return extra;
  }

  #concludeUnknown(pairs: Map<number, number>, extra: Map<string, Doubtful>): void {
    const {findings, repairs} = this.#exam;
    for (const [id, {key, standIn, introducedBy}] of this.#unknown) {
      const seq = pairs.get(standIn);
      const own = this.inventory.defective.get(id) ?? this.inventory.unbelieved.get(id);
      const isOwnRight =
        own?.defect === undefined &&
        own?.seq !== undefined &&
        (own.seq === seq || (seq === undefined && this.inventory.isAlone(own.seq)));
      if (isOwnRight) {
        if (seq === undefined && this.agreement.hasSeen(standIn)) this.#exam.believed.entries.add(own.seq);
        pairs.set(standIn, own.seq);
        continue;
      }
      const impostor =
        own ?? [...extra.values()].find((document) => seq !== undefined && document.seq === seq);
      if (impostor) {
        extra.delete(impostor.key);
        const what = [impostor.defect ?? (own ? 'seq' : 'it is that of another entry')];
        this.#corrupt({key, id, seq, introducedBy, what, staleKeys: [impostor.key], standIn});
        continue;
      }
      findings.push({kind: 'entry-missing', ...key, seq});
      repairs.entries.push({...key, id, seq, introducedBy, staleKeys: [], standIn});
    }
  }

  /** Those whose number is beyond doubt, though not what they say. */
  #concludeDefective(extra: ReadonlyMap<string, Doubtful>): void {
    for (const [id, {key: document, defect, seq}] of this.inventory.defective) {
      const named = this.#named.get(id);
      if (!named || this.#unknown.has(id) || extra.has(document)) continue;
      this.#corrupt({...named, id, seq, what: [defect!], staleKeys: [document], standIn: undefined});
    }
  }

  #corrupt({
    key,
    what,
    ...repair
  }: Omit<EntryRepair, keyof EntryKey> & {key: EntryKey; what: string[]}): void {
    this.#exam.findings.push({kind: 'entry-corrupt', ...key, seq: repair.seq, what});
    this.#exam.repairs.entries.push({...key, ...repair});
  }

  /** Whether some document of an entry that has this blob is missing or wrong: its object is judged after repair. */
  isDoubtedOid(oid: string): boolean {
    this.#doubtedOids ??= new Set([
      ...[...this.#unknown.values()].map(({key}) => key.oid),
      ...[...this.#named.values()].map(({key}) => key.oid),
    ]);
    return this.#doubtedOids.has(oid);
  }

  #doubtedOids: Set<string> | undefined;

  [Symbol.dispose](): void {
    for (const each of [this.inventory, this.#seen, this.unreadable, this.agreement, this.untrusted])
      each[Symbol.dispose]();
  }
}

export function keyOf({path, mode, oid}: EntryKey): EntryKey {
  return {path, mode, oid};
}
