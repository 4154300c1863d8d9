import {Bitmap} from '../domain/bitmap.ts';
import type {IndexStore} from '../store/index-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import {readLiveSeqs} from './live-refs.ts';

/**
 * The next generation may take over: every ref of the current one is there and shows the same, and everything that
 * refs show and reach is stored.
 * @throws BACKEND_REFUSED otherwise
 */
export async function checkNext({
  store,
  next,
  repo,
}: {
  store: IndexStore;
  next: IndexStore;
  repo: string;
}): Promise<void> {
  const expected = await readTargets(store, repo);
  const found = await readTargets(next, repo);
  for (const [name, target] of expected) if (found.get(name) !== target) throw unsound(`${name} is missing`);
  if (found.size !== expected.size) throw unsound('there are more refs');
  using live = await readLiveSeqs(next, {repo, head: undefined});
  using commits = Bitmap.parse(await next.readStoredSeqs(repo, 'commits'));
  using entries = Bitmap.parse(await next.readStoredSeqs(repo, 'entries'));
  live.commits.removeAll(commits);
  live.tips.removeAll(entries);
  if (live.commits.size > 0) throw unsound(`${live.commits.size} commits are missing`);
  if (live.tips.size > 0) throw unsound(`${live.tips.size} files are missing`);
}

async function readTargets(store: IndexStore, repo: string): Promise<Map<string, string>> {
  const refs = await store.listRefs(repo);
  return new Map(refs.map(({name, state, target, commit}) => [name, [state, target, commit].join()]));
}

function unsound(what: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `the index that was built anew is not whole: ${what}`, {
    hint: 'The old one stays. See the log of the index server, then run `ctr reindex` again.',
  });
}
