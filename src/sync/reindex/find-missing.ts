import {removeFrom} from '../../domain/bitmap.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {readLiveSeqs} from '../removal/live-seqs.ts';
import type {Generations} from './follow-shown.ts';

/**
 * The reason why the next generation may not take over. Undefined if it has every ref of the current one at the same
 * commit, and everything that refs show and reach is stored.
 */
export async function findMissing({store, next, repo}: Generations): Promise<string | undefined> {
  const expected = await readTargets(store, repo);
  const found = await readTargets(next, repo);
  for (const [name, target] of expected) if (found.get(name) !== target) return `${name} is not as it was`;
  if (found.size !== expected.size) return 'there are more refs than before';
  using live = await readLiveSeqs(next, {repo, head: undefined});
  removeFrom(live.commits, await next.readStoredSeqs(repo, 'commits'));
  removeFrom(live.tips, await next.readStoredSeqs(repo, 'entries'));
  if (live.commits.size > 0) return `${live.commits.size} commits are missing`;
  return live.tips.size > 0 ? `${live.tips.size} files are missing` : undefined;
}

async function readTargets(store: IndexStore, repo: string): Promise<Map<string, string>> {
  const refs = await store.listRefs(repo);
  return new Map(refs.map(({name, state, target, commit}) => [name, [state, target, commit].join()]));
}
