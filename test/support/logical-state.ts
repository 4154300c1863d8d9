import {PassThrough} from 'node:stream';
import {withReader} from '../../src/app/stores/with-stores.ts';
import {openWorkspace} from '../../src/app/workspace/open-workspace.ts';
import {listDirectory} from '../../src/read/list-directory.ts';
import {type ListedRef, listRefs} from '../../src/read/list-refs.ts';
import type {Reader} from '../../src/read/open-reader.ts';
import {describeFile} from '../../src/read/read-file.ts';
import {readLog} from '../../src/read/read-log.ts';
import {resolveRevision} from '../../src/read/resolve-revision.ts';
import type {CtrWorld} from './run-ctr.ts';

/**
 * Everything that readers can see of a repository, in a form that does not depend on when what was indexed: refs,
 * each ref's files with what is known of them, each ref's commits with their paths. Read as the commands read it, but
 * over one connection: there are hundreds of files.
 */
export async function readLogicalState({env = {}, cwd = '/'}: CtrWorld): Promise<unknown> {
  const context = {
    env,
    cwd,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    isTerminal: {stdout: false, stderr: false},
    now: () => new Date(),
  };
  const options = {json: true, quiet: true, verbose: false, flags: new Map()};
  return withReader(await openWorkspace(context, options), async (reader) => {
    const states: unknown[] = [];
    for (const ref of await listRefs(reader)) states.push(await stateOf(reader, ref));
    return states;
  });
}

async function stateOf(reader: Reader, {indexedAt: _indexedAt, ...ref}: ListedRef): Promise<unknown> {
  if (ref.commit === null) return ref;
  const revision = await resolveRevision(reader, ref.name);
  const {entries} = await listDirectory(reader, {path: '', ref: revision, isRecursive: true});
  const files: unknown[] = [];
  for (const {path} of entries) {
    // Which commit showed an entry first depends on the order in which branches came.
    const {introducedBy: _, objectKey, ...known} = await describeFile(reader, {path, ref: revision});
    files.push({...known, hasObject: objectKey !== undefined});
  }
  const {commits} = await readLog(reader, {path: '', ref: revision, pathsMax: Number.MAX_SAFE_INTEGER});
  const logged = (await Array.fromAsync(commits)).flat();
  return {...ref, files, commits: logged.toSorted((a, b) => (a.oid < b.oid ? -1 : 1))};
}
