import {Bitmap} from '../../domain/bitmap.ts';
import {type Entry, type EntryKey, entryIdBytes} from '../../domain/entry.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import type {NewEntry} from '../import/make-entry.ts';
import type {EntryRepair, Examination} from './examination.ts';
import {type Identified, identify} from './identify.ts';
import {type DoubtfulDocument, doubtfulOf, Inventory, idBytesOf, type UnknownThing} from './inventory.ts';
import {STAND_INS_FROM} from './known-numbers.ts';

interface SeenEntry {
  readonly key: EntryKey;
  readonly introducedBy: string;
}

/** Every entry that must be stored against what is: none missing, none extra, each as it would be written. */
export class EntryAudit implements Disposable {
  readonly #exam: Examination;
  readonly #repo: string;
  readonly inventory = new Inventory<SeenEntry>();
  /** Known numbers of the entries that Git shows. */
  readonly #seen = Bitmap.of();
  /** Known numbers of documents that Git does not show. */
  #unseen = Bitmap.of();
  /** Entries whose bytes, or what follows from them, are wrong: by id. */
  readonly #misread = new Map<string, {entry: Entry; what: string[]}>();
  /** Numbers of entries whose blob Git could not give when they were stored. */
  readonly unreadable = Bitmap.of();
  /** Sizes of the objects that stored entries name, by oid. */
  readonly objects = new Map<string, {sizeBytes: number; entry: NewEntry}>();

  constructor(exam: Examination) {
    this.#exam = exam;
    this.#repo = exam.deps.settings.repo;
  }

  /** Reads all documents. `shown` are the numbers in the bitmaps of commits and refs. Takes it over. */
  async takeInventory(shown: Bitmap): Promise<void> {
    const {store} = this.#exam.deps;
    for await (const documents of store.auditEntries(this.#repo, {withContent: false})) {
      for (const document of documents) this.#enter(document, shown);
      this.#exam.show('entries', this.inventory.count);
    }
    this.#exam.checked.entries = this.inventory.count;
    await this.inventory.settle(shown, (seqs) => this.#read(seqs));
  }

  async *#read(wanted: Bitmap): AsyncGenerator<DoubtfulDocument[]> {
    const seqs = wanted.serialize();
    for await (const documents of this.#exam.deps.store.auditEntries(this.#repo, {withContent: false, seqs}))
      yield documents.map((document) => this.#doubtfulOf(document));
  }

  #enter(document: StoredDocument<Entry>, shown: Bitmap): void {
    const doubtful = this.#doubtfulOf(document);
    this.inventory.add(doubtful);
    const {record} = document;
    if (doubtful.defect !== undefined || !record || !shown.has(record.seq)) return;
    if (record.notIndexed === 'unreadable') this.unreadable.add(record.seq);
    if (record.objectKey !== undefined)
      this.objects.set(record.oid, {sizeBytes: record.sizeBytes, entry: newEntryOf(record)});
  }

  #doubtfulOf(document: StoredDocument<Entry>): DoubtfulDocument {
    const {record} = document;
    const ownId = record && entryIdBytes(this.#repo, record).toString('base64url');
    const doubtful = doubtfulOf(document, {ownId, more: {path: record?.path, oid: record?.oid}});
    return doubtful.defect === undefined && record && record.repo !== this.#repo
      ? {...doubtful, defect: 'it names another repository'}
      : doubtful;
  }

  /** Git shows this entry: it must be stored. Returns its number, or what stands in for it. */
  see(key: EntryKey, introducedBy: string): number {
    const seq = this.inventory.numberOf(entryIdBytes(this.#repo, key), () => ({key, introducedBy}));
    if (seq < STAND_INS_FROM) this.#seen.add(seq);
    return seq;
  }

  /** Git's trees were all seen, or only those of a sample: then the index's own word is all there is. */
  settle({isComplete}: {isComplete: boolean}): void {
    if (isComplete) {
      using needed = this.#seen.clone();
      needed.addAll(this.#exam.trust.entries);
      this.#unseen[Symbol.dispose]();
      this.#unseen = this.inventory.narrow(needed);
    }
    if (this.inventory.hasDoubts) this.#exam.isDoubtful = true;
  }

  /** True when the document with this id and number is what it says, as far as that is known without its content. */
  isTrusted(id: string, seq: number): boolean {
    const bytes = idBytesOf(id);
    return bytes !== undefined && this.inventory.seqOf(bytes) === seq;
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

  /** Names what is wrong, and notes what repair needs to know. */
  async conclude({isComplete}: {isComplete: boolean}): Promise<void> {
    const strays = await this.#readStrays(isComplete);
    const {inventory} = this;
    const identified = identify(inventory, strays.values());
    for (const found of identified) {
      if (found.document) strays.delete(found.document.key);
      if (!found.isRight) this.#noteUnknown(found);
    }
    for (const {entry, what} of this.#misread.values())
      this.#note({...newEntryOf(entry), staleKeys: []}, what);
    const seqs = new Map(identified.flatMap(({thing, seq}) => (seq === undefined ? [] : [[thing.id, seq]])));
    this.#exam.repairs.seqs.entries = {identified: seqs, shared: inventory.shared};
    const needed = new Set(seqs.values());
    for (const {key, seq, path, oid} of strays.values()) {
      // Of a history that Git cannot give, and the index still has.
      const isTrusted = seq !== undefined && this.#exam.trust.entries.has(seq);
      if (isTrusted && !needed.has(seq) && !this.#seen.has(seq)) continue;
      this.#exam.findings.push({kind: 'entry-extra', document: key, seq, path, oid});
      this.#exam.repairs.extra.entries.push(key);
    }
  }

  /** Documents that stand for nothing that Git shows, by key. */
  async #readStrays(isComplete: boolean): Promise<Map<string, DoubtfulDocument>> {
    const doubtful = [...this.inventory.doubtful.values()].filter(({id}) => !this.inventory.unknown.has(id));
    const strays = new Map(doubtful.map((document) => [document.key, document]));
    if (isComplete && this.#unseen.size > 0)
      for await (const documents of this.#read(this.#unseen))
        for (const document of documents) strays.set(document.key, document);
    return strays;
  }

  #noteUnknown({thing, seq, document}: Identified<SeenEntry & UnknownThing>): void {
    const {id, key, introducedBy} = thing;
    const isOwn = document?.id === id;
    const why = document && (document.defect ?? (isOwn ? 'seq' : 'it is that of another entry'));
    const staleKeys = document ? [document.key] : [];
    this.#note({...key, id, seq, introducedBy, staleKeys}, why === undefined ? undefined : [why]);
  }

  #note(repair: EntryRepair, what: string[] | undefined): void {
    const {path, mode, oid, seq} = repair;
    this.#exam.findings.push(
      what
        ? {kind: 'entry-corrupt', path, mode, oid, seq, what}
        : {kind: 'entry-missing', path, mode, oid, seq},
    );
    this.#exam.repairs.entries.push(repair);
  }

  /** True when the document of an entry that has this blob is missing or wrong: its object is judged after repair. */
  isDoubtedOid(oid: string): boolean {
    this.#doubtedOids ??= new Set([...this.inventory.unknown.values()].map(({key}) => key.oid));
    return this.#doubtedOids.has(oid);
  }

  #doubtedOids: Set<string> | undefined;

  [Symbol.dispose](): void {
    for (const each of [this.inventory, this.#seen, this.#unseen, this.unreadable]) each[Symbol.dispose]();
  }
}

export function newEntryOf({id, seq, path, mode, oid, introducedBy}: Entry): NewEntry {
  return {id, seq, path, mode, oid, introducedBy};
}
