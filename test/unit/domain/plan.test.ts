import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {planRefMoves} from '../../../src/domain/plan.ts';
import {type RefState, type RefSummary, refKindOf} from '../../../src/domain/ref.ts';

const indexed = (refs: Record<string, [target: string, state?: RefState]>): RefSummary[] =>
  Object.entries(refs).map(([name, [target, state = 'live']]) => ({
    repo: 'r',
    name,
    kind: refKindOf(name),
    state,
    target,
    entryCount: 0,
    indexedAt: '',
  }));
const wanted = (refs: Record<string, string>) => new Map(Object.entries(refs));

describe('planRefMoves', () => {
  it('plans nothing when both sides agree', () => {
    assert.deepEqual(planRefMoves(wanted({a: '1', b: '2'}), indexed({b: ['2'], a: ['1', 'skipped']})), []);
  });
  it('creates and moves by name, and deletes last', () => {
    assert.deepEqual(
      planRefMoves(wanted({c: '3', a: '1', z: '9'}), indexed({a: ['0'], b: ['2'], z: ['9']})),
      [
        {kind: 'move', name: 'a', from: '0', to: '1'},
        {kind: 'create', name: 'c', to: '3'},
        {kind: 'delete', name: 'b', from: '2'},
      ],
    );
  });
  it('takes a tombstone for nothing', () => {
    assert.deepEqual(planRefMoves(wanted({}), indexed({a: ['', 'deleted']})), []);
    assert.deepEqual(planRefMoves(wanted({a: '1'}), indexed({a: ['', 'deleted']})), [
      {kind: 'create', name: 'a', to: '1'},
    ]);
  });
});
