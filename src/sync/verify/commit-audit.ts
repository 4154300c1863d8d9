import {addTo, Bitmap, isBitmap} from '../../domain/bitmap.ts';
import {type CommitRecord, orderOf} from '../../domain/commit.ts';
import {documentId, documentIdBytes} from '../../domain/document-id.ts';
import {type RevListEntry, streamRevList} from '../../git/rev-list.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import {chunks} from '../../util/chunks.ts';
import {SeqMap} from '../import/seq-map.ts';
import type {Examination} from './examination.ts';
import {Histories} from './histories.ts';
import {identify} from './identify.ts';
import {type DoubtfulDocument, doubtfulOf, Inventory, idBytesOf} from './inventory.ts';
import {tryParse} from './known-numbers.ts';
import type {RefAudit} from './ref-audit.ts';

const PROGRESS_EVERY = 1000;
/** With two bitmaps each: some 100 KB at worst. */
const DOCUMENTS_AT_ONCE = 100;

/** A commit may have changed as many paths as its tree has: commits that are kept in memory have none. */
export type PathlessCommit = Omit<CommitRecord, 'paths'>;

/**
 * Every commit that must be stored against what is: none missing, none extra, each with its parents, with the history
 * that follows from Git's, and with an order after its parents'.
 */
export class CommitAudit implements Disposable {
  readonly #exam: Examination;
  readonly #repo: string;
  /** Place in the order of rev-list, by document id. */
  readonly #places = new SeqMap();
  readonly inventory = new Inventory<{readonly oid: string}>();
  /** Reasons why the documents of commits are wrong, by oid. */
  readonly #wrong = new Map<string, Set<string>>();
  /** Commits whose snapshot is a keyframe of others. */
  readonly bases = new Set<string>();
  /** Entries that live commits show, by their documents. */
  readonly shown = Bitmap.of();
  /** Documents of no commit that Git names, by key. */
  readonly #strays = new Map<string, DoubtfulDocument>();
  /** The greatest number of a commit that Git cannot name and a trusted ref reaches. */
  #lastTrusted = -1;
  /** The order that each commit must have, by its place; NaN where its document does not tell. */
  #orders = new Float64Array();
  #total = 0;

  constructor(exam: Examination) {
    this.#exam = exam;
    this.#repo = exam.deps.settings.repo;
  }

  get total(): number {
    return this.#total;
  }

  /** The greatest number in use; -1 where there is none. */
  get last(): number {
    return Math.max(this.inventory.last, this.#lastTrusted);
  }

  /** Parents come before their children. Undefined for a commit that must not be stored. */
  placeOf(oid: string): number | undefined {
    return this.#places.get(documentIdBytes(this.#repo, oid));
  }

  /** True when the document cannot be what ctr wrote: nothing else in it is compared. */
  isDefective({id}: {readonly id: string}): boolean {
    return this.inventory.doubtful.get(id)?.defect !== undefined;
  }

  /** Reads all documents. `reached` are the numbers in the histories of refs. */
  async takeInventory(reached: Bitmap): Promise<void> {
    const {repository} = this.#exam.deps;
    for await (const chunk of streamRevList(repository, this.#exam.range))
      for (const {oid} of chunk) this.#places.set(documentIdBytes(this.#repo, oid), this.#total++);
    const live = reached.clone();
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo))
      for (const document of documents) this.#enter(document, live);
    await this.inventory.settle(live, () => this.#readAgain());
    this.#orders = new Float64Array(this.#total).fill(Number.NaN);
  }

  #enter(document: StoredDocument<CommitRecord>, live: Bitmap): void {
    const doubtful = this.#doubtfulOf(document);
    const {record} = document;
    const isValid = record && doubtful.defect === undefined;
    if (this.#isNamed(document)) {
      this.inventory.add(doubtful);
      if (!isValid) return;
      addTo(live, record.history);
      this.#show(record);
      return;
    }
    this.#strays.set(document.key, doubtful);
    const {trust} = this.#exam;
    if (!isValid || !trust.commits.has(record.seq)) return;
    this.#lastTrusted = Math.max(this.#lastTrusted, record.seq);
    this.#show(record);
    if (record.snapshot) addTo(trust.entries, record.snapshot.added);
  }

  #isNamed({id}: StoredDocument<CommitRecord>): boolean {
    const bytes = idBytesOf(id);
    return bytes !== undefined && this.#places.get(bytes) !== undefined;
  }

  #show({snapshot}: CommitRecord): void {
    if (!snapshot) return;
    addTo(this.shown, snapshot.added);
    if (snapshot.base !== undefined) this.bases.add(snapshot.base);
  }

  #doubtfulOf(document: StoredDocument<CommitRecord>): DoubtfulDocument {
    const {record} = document;
    const doubtful = doubtfulOf(document, {
      ownId: record && documentId(this.#repo, record.oid),
      more: {oid: record?.oid},
    });
    if (doubtful.defect !== undefined || !record || hasBitmaps(record)) return doubtful;
    return {...doubtful, defect: 'its bitmaps cannot be read'};
  }

  async *#readAgain(): AsyncGenerator<DoubtfulDocument[]> {
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo))
      yield documents.filter((one) => this.#isNamed(one)).map((one) => this.#doubtfulOf(one));
  }

  /** Each commit's parents, history and order, and the histories of the refs at it. */
  async auditHistories(refs: RefAudit): Promise<void> {
    const {repository} = this.#exam.deps;
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
          await refs.judgeHistory(entry.oid, {expected, numbers: this.inventory.numbers});
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

  /** Existing documents of these commits, whole: each may have changed very many paths. */
  async *streamDocuments(
    oids: readonly string[],
  ): AsyncGenerator<{oid: string; document: StoredDocument<CommitRecord>}> {
    const byId = new Map(oids.map((oid) => [documentId(this.#repo, oid), oid]));
    for await (const documents of this.#exam.deps.store.auditCommits(this.#repo, {oids}))
      for (const document of documents) yield {oid: byId.get(document.id)!, document};
  }

  async #judgeHistory(
    {oid, parents}: RevListEntry,
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
    const expected = Bitmap.of([this.inventory.numberOf(documentIdBytes(this.#repo, oid), () => ({oid}))]);
    for (const parent of parents) expected.addAll(await histories.get(parent));
    const record = document?.record;
    using stored = record && tryParse(record.history);
    const isHistoryRight = !!stored && this.inventory.numbers.agrees(stored, expected);
    const isOrderRight = this.#judgeOrder(parents, place, record);
    if (record && !this.isDefective(document)) {
      if (record.parents.join() !== parents.join()) this.note(oid, 'parents');
      if (!isHistoryRight) this.note(oid, 'history');
      if (!isOrderRight) this.note(oid, 'order');
    }
    histories.set(oid, expected, {isStored: stored?.equals(expected) === true});
    return expected;
  }

  /**
   * True when the order follows from the stored date and from the orders that the parents must have. Readers rely on
   * it: a log sorts by it alone.
   */
  #judgeOrder(parents: readonly string[], place: number, record: PathlessCommit | undefined): boolean {
    if (typeof record?.committer?.timeSeconds !== 'number') return true;
    const before = parents.map((oid) => this.#orders[this.placeOf(oid)!]!);
    const known = before.filter((order) => !Number.isNaN(order));
    const order = orderOf(record.committer, known);
    // After a parent that is lost or damaged, any order may be right that is late enough.
    const isRight = known.length === before.length ? record.order === order : record.order >= order;
    this.#orders[place] = isRight ? record.order : order;
    return isRight;
  }

  /** The commit's document is wrong in this member, or for this reason. */
  note(oid: string, what: string): void {
    const whats = this.#wrong.get(oid);
    if (whats) whats.add(what);
    else this.#wrong.set(oid, new Set([what]));
  }

  /** Names what is wrong, and notes what repair needs to know. */
  conclude(): void {
    const {findings, repairs, trust} = this.#exam;
    const {inventory} = this;
    const strays = this.#strays;
    const seqs = new Map<string, number>();
    for (const {thing, seq, document, isRight} of identify(inventory, strays.values())) {
      if (seq !== undefined) seqs.set(thing.oid, seq);
      if (document) strays.delete(document.key);
      if (isRight) continue;
      if (!document) {
        findings.push({kind: 'commit-missing', commit: thing.oid, seq});
        continue;
      }
      const isOwn = document.id === thing.id;
      this.note(thing.oid, document.defect ?? (isOwn ? 'seq' : 'it is that of another commit'));
      if (!isOwn || document.seq !== seq) repairs.misplacedCommits.push(document.key);
    }
    for (const [commit, what] of this.#wrong) {
      const seq = seqs.get(commit) ?? inventory.seqOf(documentIdBytes(this.#repo, commit));
      findings.push({kind: 'commit-corrupt', commit, seq, what: [...what]});
    }
    const needed = new Set(seqs.values());
    for (const {key, oid, seq} of strays.values()) {
      const isTrusted = seq !== undefined && trust.commits.has(seq);
      if (isTrusted && !needed.has(seq) && !inventory.known.has(seq)) continue;
      findings.push({kind: 'commit-extra', document: key, commit: oid});
      repairs.extra.commits.push(key);
    }
    repairs.seqs.commits = {identified: seqs, shared: inventory.shared};
  }

  [Symbol.dispose](): void {
    for (const each of [this.inventory, this.shown]) each[Symbol.dispose]();
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
