import {addTo, Bitmap, isBitmap} from '../../domain/bitmap.ts';
import {type CommitRecord, orderOf} from '../../domain/commit.ts';
import {documentId, documentIdBytes} from '../../domain/entry.ts';
import {type RevListEntry, streamRevList} from '../../git/rev-list.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import {chunks} from '../../util/chunks.ts';
import {SeqMap} from '../import/seq-map.ts';
import type {Examination} from './examination.ts';
import {Histories} from './histories.ts';
import {type Doubtful, doubtfulOf, Inventory, idBytesOf} from './inventory.ts';
import type {RefAudit} from './ref-audit.ts';
import type {WrongCommit} from './repairs.ts';
import {SeqAgreement, tryParse, UNKNOWN_FROM} from './seq-agreement.ts';

const PROGRESS_EVERY = 1000;
/** With two bitmaps each: some 100 KB at worst. */
const DOCUMENTS_AT_ONCE = 100;

/** A commit may have changed as many paths as the tree has: who holds many commits holds them without. */
export type PathlessCommit = Omit<CommitRecord, 'paths'>;

/**
 * Every commit that must be stored against what is: none missing, none too many, each with its parents, with the
 * history that follows from Git's, and with an order after its parents'.
 */
export class CommitAudit implements Disposable {
  readonly #exam: Examination;
  readonly #repo: string;
  /** Place in the order of rev-list, by document id. */
  readonly #places = new SeqMap();
  readonly inventory = new Inventory();
  readonly wrong = new Map<string, WrongCommit>();
  /** Commits whose snapshot is a keyframe of others. */
  readonly bases = new Set<string>();
  /** Entries that live commits show, as they say themselves. */
  readonly shown = Bitmap.of();
  readonly extra: Doubtful[] = [];
  /** Numbers of commits that Git names. */
  readonly #seen = Bitmap.of();
  /** Numbers of sound documents that Git cannot name, and that a trusted ref reaches. */
  readonly #kept = Bitmap.of();
  /** Sound documents whose number is not believed, with the history that they must have. */
  readonly #doubted = new Map<string, {entry: RevListEntry; history: Uint8Array}>();
  agreement = new SeqAgreement(Bitmap.of());
  /** The order that each commit must have, by its place; NaN where what is stored does not tell. */
  #orders = new Float64Array();
  #total = 0;

  constructor(exam: Examination) {
    this.#exam = exam;
    this.#repo = exam.deps.settings.repo;
  }

  get total(): number {
    return this.#total;
  }

  /** The greatest number that is believed; -1 where there is none. */
  get last(): number {
    return Math.max(this.inventory.last, this.#kept.bounds?.max ?? -1);
  }

  idOf(oid: string): Buffer {
    return documentIdBytes(this.#repo, oid);
  }

  /** Parents come before their children. Undefined for a commit that must not be stored. */
  placeOf(oid: string): number | undefined {
    return this.#places.get(this.idOf(oid));
  }

  /** What is stored under which number. `reached` are the numbers that refs name. */
  async takeInventory(reached: Bitmap): Promise<void> {
    for await (const {oid} of this.#listCommits()) this.#places.set(this.idOf(oid), this.#total++);
    const live = reached.clone();
    live.addAll(this.#exam.believed.commits);
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo))
      for (const document of documents) this.#enter(document, live);
    await this.inventory.settle(live, () => this.#readAgain());
    this.#orders = new Float64Array(this.#total).fill(Number.NaN);
    const standIns: number[] = [];
    let place = 0;
    for await (const {oid} of this.#listCommits()) {
      const seq = this.inventory.seqOf(this.idOf(oid));
      if (seq === undefined) standIns.push(UNKNOWN_FROM + place);
      else this.#seen.add(seq);
      place++;
    }
    using taken = this.#seen.clone();
    taken.addAll(this.#kept);
    this.agreement = new SeqAgreement(this.inventory.freeSeqs(taken));
    for (const standIn of standIns) this.agreement.addUnknown(standIn);
  }

  #enter(document: StoredDocument<CommitRecord>, live: Bitmap): void {
    const doubtful = this.#doubtfulOf(document);
    const bytes = idBytesOf(document.id);
    if (!bytes || this.#places.get(bytes) === undefined) {
      this.extra.push(doubtful);
      if (document.record && doubtful.defect === undefined) this.#keep(document.record);
      return;
    }
    const {record} = document;
    this.inventory.add(doubtful);
    if (!record || doubtful.defect !== undefined) return;
    addTo(live, record.history);
    this.#show(record);
  }

  /** Git cannot name the commit: what it shows stays if a trusted ref reaches it. */
  #keep(record: CommitRecord): void {
    const {trust} = this.#exam;
    if (!trust.commits.has(record.seq)) return;
    this.#kept.add(record.seq);
    this.#show(record);
    if (record.snapshot) addTo(trust.entries, record.snapshot.added);
  }

  #show({snapshot}: CommitRecord): void {
    if (!snapshot) return;
    addTo(this.shown, snapshot.added);
    if (snapshot.base !== undefined) this.bases.add(snapshot.base);
  }

  #doubtfulOf(document: StoredDocument<CommitRecord>): Doubtful {
    const {record} = document;
    const doubtful = doubtfulOf(document, {
      ownId: record && documentId(this.#repo, record.oid),
      more: {oid: record?.oid},
    });
    if (doubtful.defect !== undefined || !record || hasBitmaps(record)) return doubtful;
    return {...doubtful, defect: 'its bitmaps cannot be read'};
  }

  async *#readAgain(): AsyncGenerator<Doubtful[]> {
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo)) {
      const known = documents.filter(({id}) => {
        const bytes = idBytesOf(id);
        return bytes && this.#places.get(bytes) !== undefined;
      });
      yield known.map((document) => this.#doubtfulOf(document));
    }
  }

  async *#listCommits(): AsyncGenerator<RevListEntry> {
    for await (const chunk of streamRevList(this.#exam.deps.repository, this.#exam.range)) yield* chunk;
  }

  /** Each commit's parents, history and order, and the histories of the refs at it. */
  async auditHistories(refs: RefAudit): Promise<void> {
    const {store, repository} = this.#exam.deps;
    using histories = new Histories(
      async (oid) => (await this.readDocuments([oid])).get(oid)?.record?.history,
    );
    let place = 0;
    for await (const chunk of streamRevList(repository, this.#exam.range)) {
      for (const entries of chunks(chunk, DOCUMENTS_AT_ONCE)) {
        const documents = await this.readDocuments(entries.map(({oid}) => oid));
        for (const entry of entries) {
          const document = documents.get(entry.oid);
          const expected = await this.#judgeHistory(entry, {place, document, histories});
          await refs.judgeHistory(entry.oid, {expected, agreement: this.agreement, store});
          place++;
          if (place % PROGRESS_EVERY === 0) this.#exam.show('commits', place, this.#total);
        }
      }
    }
    this.#exam.checked.commits = place;
  }

  /** The documents of these commits, by oid, without their paths. */
  async readDocuments(oids: readonly string[]): Promise<Map<string, StoredDocument<PathlessCommit>>> {
    const found = new Map<string, StoredDocument<PathlessCommit>>();
    for await (const {oid, document} of this.streamDocuments(oids)) found.set(oid, withoutPaths(document));
    return found;
  }

  /** Those that are there, whole: each may have changed very many paths. */
  async *streamDocuments(
    oids: readonly string[],
  ): AsyncGenerator<{oid: string; document: StoredDocument<CommitRecord>}> {
    const byId = new Map(oids.map((oid) => [documentId(this.#repo, oid), oid]));
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo, {oids}))
      for (const document of documents) yield {oid: byId.get(document.id)!, document};
  }

  async #judgeHistory(
    entry: RevListEntry,
    {
      place,
      document,
      histories,
    }: {
      place: number;
      document: StoredDocument<PathlessCommit> | undefined;
      histories: Histories;
    },
  ): Promise<Bitmap> {
    const {oid, parents} = entry;
    const expected = Bitmap.of([this.inventory.seqOf(this.idOf(oid)) ?? UNKNOWN_FROM + place]);
    for (const parent of parents) expected.addAll(await histories.get(parent));
    using stored = document?.record && tryParse(document.record.history);
    const what = this.#faultsOf(document, {
      parents,
      isHistoryRight: !!stored && this.agreement.agrees(stored, expected),
      isOrderRight: this.#judgeOrder(entry, place, document?.record),
    });
    histories.set(oid, expected, {isStored: stored?.equals(expected) === true});
    const isBelieved = this.inventory.seqOf(this.idOf(oid)) !== undefined;
    if (what.length > 0 || !document) {
      const wrong = this.note(entry, what);
      wrong.history = expected.serialize();
      if (!document) wrong.isMissing = true;
      else if (!isBelieved || this.inventory.defective.has(document.id)) wrong.staleKeys.add(document.key);
    } else if (!isBelieved) this.#doubted.set(oid, {entry, history: expected.serialize()});
    return expected;
  }

  /**
   * Whether the order follows from the stored date and from the orders that the parents must have. Readers rely on it:
   * a log sorts by it alone.
   */
  #judgeOrder({parents}: RevListEntry, place: number, record: PathlessCommit | undefined): boolean {
    if (typeof record?.committer?.timeSeconds !== 'number') return true;
    const before = parents.map((oid) => this.#orders[this.placeOf(oid)!]!);
    const known = before.filter((order) => !Number.isNaN(order));
    const order = orderOf(record.committer, known);
    // After a parent that is lost or damaged, any order may be right that is late enough.
    const isRight = known.length === before.length ? record.order === order : record.order >= order;
    this.#orders[place] = isRight ? record.order : order;
    return isRight;
  }

  /** The order that the commit must have; undefined where what is stored does not tell. */
  orderAt(oid: string): number | undefined {
    const place = this.placeOf(oid);
    const order = place === undefined ? Number.NaN : this.#orders[place]!;
    return Number.isNaN(order) ? undefined : order;
  }

  #faultsOf(
    document: StoredDocument<PathlessCommit> | undefined,
    {
      parents,
      isHistoryRight,
      isOrderRight,
    }: {parents: readonly string[]; isHistoryRight: boolean; isOrderRight: boolean},
  ): string[] {
    if (!document) return [];
    const defect = this.inventory.defective.get(document.id)?.defect ?? document.defect;
    if (!document.record || defect !== undefined) return [defect ?? 'it cannot be read'];
    const areParentsRight = document.record.parents.join() === parents.join();
    return [
      ...(areParentsRight ? [] : ['parents']),
      ...(isHistoryRight ? [] : ['history']),
      ...(isOrderRight ? [] : ['order']),
    ];
  }

  /** The commit's document is wrong, for these reasons too. */
  note(entry: RevListEntry, what: readonly string[]): WrongCommit {
    let wrong = this.wrong.get(entry.oid);
    if (!wrong) {
      const standIn = UNKNOWN_FROM + this.placeOf(entry.oid)!;
      const seq = this.inventory.seqOf(this.idOf(entry.oid));
      wrong = {entry, standIn, seq, isMissing: false, what: new Set(), staleKeys: new Set()};
      this.wrong.set(entry.oid, wrong);
    }
    for (const each of what) wrong.what.add(each);
    return wrong;
  }

  /** What was found, named; and what to do about it. */
  conclude(): void {
    const {findings, repairs, trust} = this.#exam;
    const pairs = this.agreement.pairs();
    const extra = new Map(this.extra.map((document) => [document.key, document]));
    for (const {id, seq, key, oid} of this.inventory.unbelieved.values()) {
      const standIn = UNKNOWN_FROM + this.#places.get(idBytesOf(id)!)!;
      const actual = pairs.get(standIn);
      if (actual === undefined && this.inventory.isAlone(seq!)) {
        if (this.agreement.hasSeen(standIn)) this.#exam.believed.commits.add(seq!);
        pairs.set(standIn, seq!);
      }
      if (pairs.get(standIn) === seq) continue;
      const doubted = this.#doubted.get(oid!);
      if (!doubted) continue;
      const wrong = this.note(doubted.entry, ['seq']);
      wrong.history = doubted.history;
      wrong.staleKeys.add(key);
    }
    for (const [commit, wrong] of this.wrong) {
      wrong.seq ??= pairs.get(wrong.standIn);
      const {seq} = wrong;
      const impostor = wrong.isMissing
        ? [...extra.values()].find((document) => document.seq === seq)
        : undefined;
      if (impostor && seq !== undefined) {
        extra.delete(impostor.key);
        wrong.staleKeys.add(impostor.key);
        wrong.isMissing = false;
        wrong.what.add(impostor.defect ?? 'it is that of another commit');
      }
      repairs.commits.push(wrong);
      findings.push(
        wrong.isMissing
          ? {kind: 'commit-missing', commit, seq}
          : {kind: 'commit-corrupt', commit, seq, what: [...wrong.what]},
      );
    }
    for (const {key, oid, seq} of extra.values()) {
      if (seq !== undefined && trust.commits.has(seq) && !this.#seen.has(seq)) continue;
      findings.push({kind: 'commit-extra', document: key, commit: oid});
      repairs.extra.commits.push(key);
    }
    repairs.commitSeqs = pairs;
    repairs.orderAt = (oid) => this.orderAt(oid);
    repairs.bases = this.bases;
  }

  [Symbol.dispose](): void {
    for (const each of [this.inventory, this.shown, this.agreement, this.#seen, this.#kept])
      each[Symbol.dispose]();
  }
}

function withoutPaths({record, ...document}: StoredDocument<CommitRecord>): StoredDocument<PathlessCommit> {
  if (!record) return document;
  const {paths: _paths, ...rest} = record;
  return {...document, record: rest};
}

function hasBitmaps({history, snapshot}: CommitRecord): boolean {
  const bitmaps = [history, ...(snapshot ? [snapshot.added, snapshot.removed] : [])];
  return bitmaps.every(isBitmap);
}
