import type {RepositoryRecord} from '../../domain/repository.ts';

/** Which repositories live in the set. */
export interface RepositoryReader {
  /** Repositories of the set, sorted by name. Empty where the collections do not exist. */
  listRepositories(): Promise<RepositoryRecord[]>;
}

export interface RepositoryStore extends RepositoryReader {
  /**
   * The repository's record is stored afterwards.
   * @throws CONFLICT when another repository has the name, or lives here and one of the two does not share the set.
   */
  putRepository(record: RepositoryRecord): Promise<void>;
  /**
   * Every document of the repository is gone afterwards; the whole set, with every generation, where no other
   * repository lives in it.
   */
  dropRepository(repo: string): Promise<void>;
}
