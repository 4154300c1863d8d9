import type {CommitRecord} from '../../domain/commit.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {BackgroundTasks} from '../../util/background-tasks.ts';
import type {EntryWriter} from './entry-writer.ts';

/** Small, so that little is left to do when the last entry is stored. */
const FLUSH_BYTES = 1024 * 1024;
const FLUSH_COMMITS = 1000;
/** Memory of a commit in addition to its paths, message and bitmaps. */
const COMMIT_BYTES = 500;

interface CommitWriterDeps {
  readonly store: IndexStore;
  /** Writer of the entries that the commits show; undefined if they show none. */
  readonly entries: Pick<EntryWriter, 'checkpoint'> | undefined;
  readonly onWritten: (count: number) => void;
}

/**
 * Holds commits back until their entries are stored and visible: a commit that can be found has all its files (none
 * where commits are stored without snapshots). One flush runs in the background while the next commits gather.
 */
export class CommitWriter implements AsyncDisposable {
  /** Not yet known to be stored, by oid. */
  readonly pending = new Map<string, CommitRecord>();
  readonly #deps: CommitWriterDeps;
  readonly #flushes = new BackgroundTasks(1);
  #gathered: {readonly commit: CommitRecord; readonly isRenewed: boolean}[] = [];
  #bytes = 0;

  constructor(deps: CommitWriterDeps) {
    this.#deps = deps;
  }

  /** `isRenewed`: it is stored already and is overwritten. */
  async add(commit: CommitRecord, {isRenewed}: {isRenewed: boolean}): Promise<void> {
    this.#gathered.push({commit, isRenewed});
    this.pending.set(commit.oid, commit);
    this.#bytes += sizeOf(commit);
    if (this.#bytes >= FLUSH_BYTES || this.#gathered.length >= FLUSH_COMMITS) await this.#startFlush();
  }

  /** Everything added is stored; queries see it after the next refresh. */
  async flush(): Promise<void> {
    await this.#startFlush();
    await this.#flushes.settled();
  }

  async #startFlush(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#bytes = 0;
    // Taken here and awaited in the flush: the stream continues, and entries that it resolves later belong to later commits.
    const {store, onWritten} = this.#deps;
    const entries = await this.#deps.entries?.checkpoint();
    await this.#flushes.start(async () => {
      if (entries) {
        await entries.stored;
        await store.refresh();
      }
      const commits = (isRenewed: boolean) =>
        gathered.filter((each) => each.isRenewed === isRenewed).map(({commit}) => commit);
      await store.putCommits(commits(false));
      await store.replaceCommits(commits(true));
      for (const {commit} of gathered) this.pending.delete(commit.oid);
      onWritten(gathered.length);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // After a failure the running flush must end before the stores are closed.
    await this.#flushes[Symbol.asyncDispose]();
  }
}

function sizeOf({paths, message, snapshot, history}: CommitRecord): number {
  const bitmaps = history.length + (snapshot ? snapshot.added.length + snapshot.removed.length : 0);
  return (
    COMMIT_BYTES + message.length + bitmaps * 1.4 + paths.reduce((sum, path) => sum + path.length + 4, 0)
  );
}
