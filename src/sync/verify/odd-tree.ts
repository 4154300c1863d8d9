import {DirectoryTree} from '../../domain/directory-tree.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamTree} from '../../git/stream-tree.ts';

/**
 * Why the commit's tree does not follow from what `git ls-tree -r` lists of it; undefined where it does. Git accepts
 * such trees, and they cannot be built again from their files.
 */
export async function oddityOf(
  repository: GitRepository,
  {commit, tree}: {commit: string; tree: string},
): Promise<string | undefined> {
  const rebuilt = new DirectoryTree(repository.objectFormat);
  let before: string | undefined;
  let isTwice = false;
  for await (const changes of streamTree(repository, commit)) {
    for (const {path, to} of changes) {
      isTwice ||= path === before;
      before = path;
      rebuilt.add({path, ...to!});
    }
  }
  if (rebuilt.oid() === tree) return undefined;
  return isTwice
    ? 'it has a name twice'
    : 'it has empty directories, or an order or modes that Git does not write';
}
