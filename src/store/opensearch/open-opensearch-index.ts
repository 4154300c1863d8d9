import {CtrError} from '../../util/ctr-error.ts';
import type {RetryEvent} from '../../util/retry.ts';
import type {IndexSet} from '../ports/generations.ts';
import type {IndexStore} from '../ports/index-store.ts';
import {makeAuditStore} from './audit.ts';
import {makeCollectionStore} from './collections.ts';
import {makeCommitStore} from './commits.ts';
import {makeEntryStore} from './entries.ts';
import {explaining} from './explain.ts';
import {listGenerations, readGenerations} from './find-generations.ts';
import {createFresh, createNext, dropNext, dropSuperseded, promoteFresh, promoteNext} from './generations.ts';
import {makeLeaseStore} from './leases.ts';
import type {IndexLayout} from './mappings.ts';
import type {SkippedAlias} from './published-refs.ts';
import {makeRefStore} from './refs.ts';
import {makeRepositoryStore} from './repositories.ts';
import {makeSearch} from './search.ts';
import {makeSeqStore} from './seqs.ts';
import {openServer, type Server} from './server.ts';
import type {StoreContext} from './store-context.ts';
import {openTallies} from './tallies.ts';
import {type Target, targetCurrent, targetNext} from './targets.ts';

/** The first version whose `terms` query takes a bitmap. */
const VERSION_MIN = [2, 19] as const;

export interface OpenSearchIndexOptions {
  /** `http://host:9200`, with a path where a proxy needs one. User and password in it serve where none are given. */
  readonly url: string;
  /** The collections are `<index>-files`, `<index>-commits` and `<index>-refs`. Lower case. */
  readonly index: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The layout of collections that are created (`IndexLayout`). Defaults: one shard, with trigrams. */
  readonly shards?: number | undefined;
  readonly replicas?: number | undefined;
  readonly substrings?: boolean | undefined;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string | undefined;
  /** For each answer. */
  readonly timeoutMs?: number | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** A ref that `publishRefs` could not give an alias. */
  readonly onSkippedAlias?: ((skipped: SkippedAlias) => void) | undefined;
  /** The clock and the dice of retries; tests bring their own. */
  readonly delay?: ((delayMs: number) => Promise<unknown>) | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * The index in an OpenSearch of version 2.19 or later.
 * @throws BACKEND_UNAVAILABLE, BACKEND_REFUSED or BACKEND_UNSUPPORTED when it cannot be used; CONFIG.
 */
export async function openOpenSearchIndex(options: OpenSearchIndexOptions): Promise<IndexSet> {
  const {index, timeoutMs = 30_000, onSkippedAlias, shards = 1, substrings = true} = options;
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await openServer({...options, timeoutMs}));
  const engine = await checkEngine(server);
  const resources = opening.move();
  const layout: IndexLayout = {shards, replicas: options.replicas, substrings};
  const current = targetCurrent(server, index, layout);

  /** A store on one generation; the caller knows what is to be closed with it. */
  function makeStore(target: Target): Omit<IndexStore, typeof Symbol.asyncDispose> {
    const context: StoreContext = {...target, tallies: openTallies()};
    return {
      ...makeCollectionStore(context, engine),
      ...makeRepositoryStore(context, index),
      ...makeLeaseStore(context),
      ...makeSeqStore(context),
      ...makeEntryStore(context),
      ...makeCommitStore(context),
      ...makeRefStore(context, onSkippedAlias),
      ...makeSearch(context),
      ...makeAuditStore(context),
    };
  }

  /** The generation that was begun without the current one. */
  let fresh: number | undefined;
  const openGeneration = (generation: number) => ({
    ...makeStore(targetNext(server, index, {generation, layout})),
    // Published when the generation becomes the current one.
    publishRefs: async () => undefined,
    comparePublished: async () => [],
    // The connections are the current store's.
    [Symbol.asyncDispose]: async () => undefined,
  });

  return {
    ...explaining(makeStore(current), () => listGenerations(server, index)),
    openNext: async () => openGeneration(await createNext(server, index, layout)),
    async openFresh() {
      fresh = await createFresh(server, index, layout);
      return openGeneration(fresh);
    },
    hasNext: async () => (await readGenerations(server, index)).next !== undefined,
    dropNext: () => dropNext(server, index),
    async promoteNext() {
      if (fresh === undefined) await promoteNext(server, index);
      else await promoteFresh(server, index, fresh);
      fresh = undefined;
      current.forget();
    },
    dropSuperseded: async (waitMs) =>
      dropSuperseded(server, index, {generations: await current.generations(), waitMs}),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * The engine and its version: `OpenSearch 3.8.0`. Does not retry: opening an index must fail at once.
 * @throws BACKEND_UNSUPPORTED if it is another engine, or too old.
 */
async function checkEngine(server: Server): Promise<string> {
  const {body} = await server.sendOnce({method: 'GET', path: '/'});
  const {distribution, number} = (body?.version ?? {}) as {distribution?: string; number?: string};
  if (typeof number !== 'string') {
    throw unsupported(server, `what answers at ${server.url} is not OpenSearch`, 'Check ctr.index.url.');
  }
  if (distribution !== 'opensearch') {
    const hint = 'Use OpenSearch 2.19 or later: Elasticsearch has no bitmap filters.';
    throw unsupported(server, `what answers at ${server.url} is not OpenSearch (version ${number})`, hint);
  }
  const [major = 0, minor = 0] = number.split('.').map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
    const message = `OpenSearch ${number} at ${server.url} is too old`;
    throw unsupported(server, message, `Update it to ${VERSION_MIN.join('.')} or later.`);
  }
  return `OpenSearch ${number}`;
}

function unsupported({url}: Server, message: string, hint: string): CtrError {
  return new CtrError('BACKEND_UNSUPPORTED', message, {hint, data: {url}});
}
