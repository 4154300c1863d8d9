import {documentId} from '../../domain/entry.ts';
import type {RefMove} from '../../domain/plan.ts';
import {peelTargets} from '../../git/refs.ts';
import {applyRefMoves} from '../apply-refs.ts';
import {readTipContents} from '../import/tip-contents.ts';
import type {HeldLease} from '../removal/held-lease.ts';
import type {SyncRun} from '../sync-run.ts';
import type {Examination} from './examination.ts';

/** These refs are written anew, each by compare-and-set, as Git has them now: what they show is stored. */
export async function repairRefs(run: SyncRun, exam: Examination, lease: HeldLease): Promise<void> {
  const {observation, repairs} = exam;
  const {store, settings, repository, now} = run.deps;
  if (repairs.refs.size === 0) return;
  const listed = new Set((await store.listRefs(settings.repo)).map(({name}) => name));
  // What is no ref to a listing cannot be overwritten in a version that was seen.
  const unlisted = new Set(
    [...repairs.refs].filter((name) => !listed.has(name)).map((name) => documentId(settings.repo, name)),
  );
  for await (const documents of store.auditRefs(settings.repo)) {
    const keys = documents.filter(({id}) => unlisted.has(id)).map(({key}) => key);
    await store.deleteDocuments('refs', keys);
  }
  const indexed = new Map((await store.listRefs(settings.repo)).map((ref) => [ref.name, ref]));
  const peeled = await peelTargets(repository, observation.wanted.values());
  // What is behind as well is brought by the sync that follows.
  const behind = new Set(observation.moves.map(({name}) => name));
  const routed = [...repairs.refs]
    .filter((name) => !behind.has(name))
    .map((name) => {
      const to = observation.wanted.get(name);
      const from = indexed.get(name)?.target ?? '';
      const move: RefMove = to === undefined ? {kind: 'delete', name, from} : {kind: 'move', name, from, to};
      return {move, destination: to === undefined ? undefined : peeled.get(to)};
    })
    // What Git has lost since it was looked at stays as it is.
    .filter(({destination}) => !(destination && 'reason' in destination && destination.isMissing));
  await applyRefMoves({store, repo: settings.repo, now}, {...observation, indexed}, routed, {
    readContents: (batch) => readTipContents(run, {observation: {...observation, indexed}, lease}, batch),
    beforeWrite: () => lease.put({}),
  });
}
