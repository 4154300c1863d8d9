import {type CtrWorld, ctrJson} from './run-ctr.ts';

/**
 * Everything that readers can see of a repository, in a form that does not depend on when what was indexed: refs,
 * each ref's files with what is known of them, each ref's commits with their paths.
 */
export async function readLogicalState(world: CtrWorld): Promise<unknown> {
  const {refs} = await ctrJson<{refs: {name: string; commit: string | null; indexedAt: string}[]}>(
    ['refs'],
    world,
  );
  const states: unknown[] = [];
  for (const {indexedAt: _, ...ref} of refs) {
    if (ref.commit === null) {
      states.push(ref);
      continue;
    }
    const {entries} = await ctrJson<{entries: {path: string; type: string}[]}>(
      ['ls', '--recursive', '--ref', ref.name],
      world,
    );
    const files = [];
    for (const {path} of entries) {
      // Which commit showed an entry first depends on the order in which branches came.
      const {
        introducedBy: __,
        objectKey,
        ...known
      } = await ctrJson<Record<string, unknown>>(['cat', path, '--ref', ref.name], world);
      files.push({...known, hasObject: objectKey !== undefined});
    }
    const {commits} = await ctrJson<{commits: {oid: string}[]}>(['log', '--ref', ref.name], world);
    states.push({...ref, files, commits: commits.toSorted((a, b) => (a.oid < b.oid ? -1 : 1))});
  }
  return states;
}
