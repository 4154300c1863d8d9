import {planRefMoves} from '../../../src/domain/plan.ts';
import {type RefState, refKindOf} from '../../../src/domain/ref.ts';
import type {RepositoryRecord} from '../../../src/domain/repository.ts';
import type {Observation} from '../../../src/sync/observe.ts';
import {makeRepository} from '../../conformance/index-store/records.ts';

/** Refs by name: their target in Git, and in the index (with its state where that is not `live`). */
interface Given {
  readonly wanted?: Readonly<Record<string, string>>;
  readonly indexed?: Readonly<Record<string, string | readonly [target: string, state: RefState]>>;
  readonly head?: string | undefined;
  readonly broken?: readonly string[];
  /** Undefined: the index says nothing of the repository yet. */
  readonly record?: RepositoryRecord | undefined;
}

/** What a look at Git and the index would have found. */
export function observationOf(given: Given): Observation {
  const {wanted = {}, indexed = {}, broken = []} = given;
  const refs = Object.entries(indexed).map(([name, value]) => {
    const [target, state = 'live'] = typeof value === 'string' ? [value] : value;
    const place = {repo: 'repo-a', name, kind: refKindOf(name), entryCount: 0, indexedAt: ''};
    return {...place, target, state, version: '1'};
  });
  const targets = new Map(Object.entries(wanted));
  return {
    head: 'head' in given ? given.head : 'refs/heads/main',
    wanted: targets,
    indexed: new Map(refs.map((ref) => [ref.name, ref])),
    broken,
    moves: planRefMoves(targets, refs),
    record: 'record' in given ? given.record : makeRepository({boundary: 'boundary'}),
    boundary: {oids: [], digest: 'boundary'},
    isBoundaryMoved: false,
  };
}
