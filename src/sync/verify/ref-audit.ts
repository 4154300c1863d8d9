import {hash} from 'node:crypto';
import type {Bitmap} from '../../domain/bitmap.ts';
import {documentId} from '../../domain/document-id.ts';
import {type RefRecord, refKindOf} from '../../domain/ref.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import type {Examination} from './examination.ts';
import {type KnownNumbers, tryParse} from './known-numbers.ts';

/** The part of a live ref that is kept until its commit comes along: not the bitmaps, which may be large. */
interface LiveRef {
  readonly name: string;
  readonly entryCount: number;
  readonly snapshotHash: string | undefined;
  readonly historyHash: string | undefined;
}

/** A set to compare with, and how. */
interface Comparison {
  readonly expected: Bitmap;
  readonly numbers: KnownNumbers;
}

/** Every stored ref against Git's: what it points at, and, as its commit comes along, what it shows. */
export class RefAudit {
  readonly #exam: Examination;
  readonly #byCommit = new Map<string, LiveRef[]>();
  readonly #what = new Map<string, Set<string>>();

  constructor(exam: Examination) {
    this.#exam = exam;
  }

  /** Commits that refs show. */
  get commits(): string[] {
    return [...this.#byCommit.keys()];
  }

  /** Reads all refs; adds what they reach and show to the sets. */
  async read(reached: Bitmap, shown: Bitmap): Promise<void> {
    const {deps, findings, repairs, checked, observation} = this.#exam;
    for await (const documents of deps.store.auditRefs(deps.settings.repo)) {
      for (const document of documents) {
        checked.refs++;
        const name = this.#nameOf(document);
        // What is no ref to a listing cannot be overwritten in a version that was seen.
        if (name !== undefined && !observation.indexed.has(name)) repairs.extra.refs.push(document.key);
        if (name === undefined) {
          findings.push({kind: 'ref-extra', document: document.key});
          repairs.extra.refs.push(document.key);
        } else if (document.record && document.defect === undefined) {
          this.#enter(name, document.record, {reached, shown});
        } else this.#note(name, document.defect ?? 'it cannot be read');
      }
    }
  }

  /** By the id that it lies under, also where it says another name itself; undefined where no ref that we know of belongs. */
  #nameOf({id}: StoredDocument<RefRecord>): string | undefined {
    const {observation, deps} = this.#exam;
    this.#names ??= new Map(
      [...observation.wanted.keys(), ...observation.indexed.keys()].map((name) => [
        documentId(deps.settings.repo, name),
        name,
      ]),
    );
    return this.#names.get(id);
  }

  #names: Map<string, string> | undefined;

  #enter(name: string, record: RefRecord, {reached, shown}: {reached: Bitmap; shown: Bitmap}): void {
    const {git, trust} = this.#exam;
    using snapshot = tryParse(record.snapshot);
    using history = tryParse(record.history);
    if (!snapshot || !history) this.#note(name, 'its bitmaps cannot be read');
    if (snapshot) shown.addAll(snapshot);
    if (history) reached.addAll(history);
    if (record.name !== name || record.repo !== this.#exam.deps.settings.repo) this.#note(name, 'name');
    if (record.kind !== refKindOf(name)) this.#note(name, 'kind');
    if (git.trusted.has(name)) {
      if (snapshot) trust.entries.addAll(snapshot);
      if (history) trust.commits.addAll(history);
      return;
    }
    const target = git.peeled.get(record.target);
    const isLive = record.state === 'live' && target && 'commit' in target;
    if (isLive) {
      if (record.commit !== target.commit) this.#note(name, 'commit');
      const live = {
        name,
        entryCount: record.entryCount,
        snapshotHash: hashOf(snapshot),
        historyHash: hashOf(history),
      };
      this.#byCommit.set(target.commit, [...(this.#byCommit.get(target.commit) ?? []), live]);
      return;
    }
    // What Git has moved or dropped since is told as a ref that is behind.
    if (this.#exam.observation.moves.some((move) => move.name === name)) return;
    const isEmpty = snapshot?.size === 0 && history?.size === 0 && record.entryCount === 0;
    if (!isEmpty) this.#note(name, 'it shows something although nothing is there');
    if (record.state === 'skipped' && (!target || 'commit' in target || record.reason !== target.reason))
      this.#note(name, 'state');
    if (record.state === 'live') this.#note(name, 'state');
  }

  async judgeHistory(commit: string, comparison: Comparison): Promise<void> {
    for (const ref of this.#byCommit.get(commit) ?? [])
      if (!(await this.#isRight(ref, 'history', comparison))) this.#note(ref.name, 'history');
  }

  async judgeSnapshot(commit: string, comparison: Comparison): Promise<void> {
    for (const ref of this.#byCommit.get(commit) ?? []) {
      if (!(await this.#isRight(ref, 'snapshot', comparison))) this.#note(ref.name, 'snapshot');
      if (ref.entryCount !== comparison.expected.size) this.#note(ref.name, 'entryCount');
    }
  }

  async #isRight(
    ref: LiveRef,
    member: 'snapshot' | 'history',
    {expected, numbers}: Comparison,
  ): Promise<boolean> {
    const {store, settings} = this.#exam.deps;
    const stored = member === 'snapshot' ? ref.snapshotHash : ref.historyHash;
    // Told already that it cannot be read.
    if (stored === undefined || stored === hashOf(expected)) return true;
    const record = (await store.readRefs(settings.repo, [ref.name])).get(ref.name);
    using bitmap = record && tryParse(record[member]);
    return bitmap !== undefined && numbers.agrees(bitmap, expected);
  }

  #note(name: string, what: string): void {
    this.#what.set(name, (this.#what.get(name) ?? new Set()).add(what));
  }

  /** Names what is wrong; then the names that are published, as far as their refs are right. */
  async conclude(published: (names: ReadonlySet<string>) => Promise<void>): Promise<void> {
    const {
      findings,
      repairs,
      observation,
      git: {unreadable},
    } = this.#exam;
    const behind = new Set(observation.moves.map(({name}) => name));
    for (const [ref, reason] of unreadable) this.#noteUnreadable(ref, reason);
    for (const [ref, what] of this.#what) {
      if (unreadable.has(ref)) continue;
      repairs.refs.add(ref);
      findings.push({kind: 'ref-corrupt', ref, what: [...what]});
    }
    for (const move of observation.moves) {
      if (this.#what.has(move.name) || unreadable.has(move.name)) continue;
      const git = move.kind === 'delete' ? null : move.to;
      findings.push({
        kind: 'ref-behind',
        ref: move.name,
        git,
        index: move.kind === 'create' ? null : move.from,
      });
    }
    await published(new Set([...this.#what.keys(), ...behind, ...unreadable.keys()]));
  }

  #noteUnreadable(ref: string, unrepairable: string): void {
    const {findings, observation} = this.#exam;
    const {wanted, indexed, broken} = observation;
    const git = broken.includes(ref) ? null : wanted.get(ref)!;
    const index = indexed.get(ref)?.target ?? null;
    findings.push({kind: 'ref-unreadable', ref, git, index, unrepairable});
  }
}

function hashOf(set: Bitmap | undefined): string | undefined {
  if (!set) return undefined;
  // Of a clone: serializing changes the set's form.
  using copy = set.clone();
  return hash('sha256', copy.serialize());
}
