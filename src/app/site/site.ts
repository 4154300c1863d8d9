import type {RunningWork} from '../../domain/running-work.ts';
import type {Reader} from '../../read/open-reader.ts';

/** One repository as the server shows it. */
export interface SiteRepository {
  /** Its one segment in URLs, not yet escaped: the directory's name without `.git`, or `ctr.name`. Unique in a site. */
  readonly name: string;
  /** Where Git keeps it; undefined on a machine that has the index only: nothing to clone there. */
  readonly gitDir: string | undefined;
  /**
   * Equal for repositories whose index is in the same place, and nothing to be shown. Asks no store.
   * @throws CONFIG for settings that are wrong.
   */
  readIndexPlace(): Promise<string>;
  /** The command that works on its index now; undefined if there is none, or if the repository is not on this machine. */
  readRunningWork(): Promise<RunningWork | undefined>;
  /**
   * Runs `work` with a reader of the index as it is now. Stores stay open between calls.
   * @throws CONFIG when nothing is indexed yet; what the stores throw.
   */
  withReader<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
}

/** Everything that one server shows. Read again for each request, so that a new repository appears by itself. */
export interface Site {
  /** Sorted by name. */
  listRepositories(): Promise<readonly SiteRepository[]>;
  /** Undefined where there is none of that name. Never joins the name to a path of the disk. */
  findRepository(name: string): Promise<SiteRepository | undefined>;
}
