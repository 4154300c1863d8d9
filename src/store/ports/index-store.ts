import type {AuditStore} from './audit.ts';
import type {CollectionReader, CollectionStore} from './collections.ts';
import type {CommitReader, CommitStore} from './commits.ts';
import type {EntryReader, EntryStore} from './entries.ts';
import type {LeaseStore} from './leases.ts';
import type {RefReader, RefStore} from './refs.ts';
import type {RepositoryReader, RepositoryStore} from './repositories.ts';
import type {SearchPort} from './search.ts';
import type {SeqStore} from './seqs.ts';

/*
 * Promises that all ports share, each with a test in the conformance suite:
 * - Every put may be repeated. An id that is already there is left as it is by `putEntries` and `putCommits`.
 * - Visibility: what was put is found by id (`readEntrySeqs`, `readCommits`, `readRefs`) at once; it is found by
 *   queries (`search`, `scanEntries`, `findEntries`, `listCommits`, `scanCommits`, `readStoredSeqs`, `listRefs`,
 *   `findCommits`) after the next `refresh`.
 * - Strings survive exactly, with any content (control characters, U+0000, unpaired quotes; lone surrogates do
 *   not occur). Bitmaps are roaring, portable 32-bit format; the empty set is a valid bitmap, never zero bytes.
 * - Errors are CtrErrors: BACKEND_UNAVAILABLE (no answer, overload: worth a retry), BACKEND_REFUSED (credentials,
 *   permissions), BACKEND_UNSUPPORTED (too old, not OpenSearch), INDEX_UNUSABLE (a part of the set is lost, closed or
 *   damaged, or another version of ctr made it: it has to be built again), CONFLICT (another run wrote first), NOT_FOUND
 *   (the collections were never created; calls that answer for such a set say so).
 * - "Sorted" means by the bytes of the UTF-8 text.
 */

/** All that readers ask of an index set. Nothing in it writes. */
export interface IndexReader
  extends CollectionReader,
    RepositoryReader,
    EntryReader,
    CommitReader,
    RefReader,
    SearchPort {}

/** The index: entries, commits and refs of one index set, for writers. */
export interface IndexStore
  extends IndexReader,
    CollectionStore,
    RepositoryStore,
    LeaseStore,
    SeqStore,
    EntryStore,
    CommitStore,
    RefStore,
    AuditStore,
    AsyncDisposable {}
