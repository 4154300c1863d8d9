import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {identify} from '../../../../src/sync/verify/identify.ts';
import type {DoubtfulDocument} from '../../../../src/sync/verify/inventory.ts';

const THING = {id: 'thing', standIn: 2 ** 31};

const document = (id: string, seq: number | undefined, defect?: string): DoubtfulDocument => ({
  key: `key of ${id}`,
  id,
  seq,
  defect,
});

describe('a thing that no known number stands for', () => {
  const own = document('thing', 7);
  const stray = document('other', 7, 'its id is that of another');
  const cases: {
    name: string;
    own?: DoubtfulDocument;
    strays?: DoubtfulDocument[];
    /** What bitmaps show for it; null: they agree with Git, but tell no number. */
    paired?: number | null;
    isShared?: boolean;
    found: {seq: number | undefined; document: DoubtfulDocument | undefined; isRight: boolean};
  }[] = [
    {name: 'is missing', found: {seq: undefined, document: undefined, isRight: false}},
    {name: 'is missing, and has a number', paired: 7, found: {seq: 7, document: undefined, isRight: false}},
    {
      name: 'is right where bitmaps show its own number',
      own,
      paired: 7,
      found: {seq: 7, document: own, isRight: true},
    },
    {
      name: 'is right where bitmaps show its own number, which another document says too',
      own,
      paired: 7,
      isShared: true,
      found: {seq: 7, document: own, isRight: true},
    },
    {name: 'is right where no bitmap shows it', own, found: {seq: 7, document: own, isRight: true}},
    {
      name: 'is wrong where no bitmap shows it and another document has its number',
      own,
      isShared: true,
      found: {seq: undefined, document: own, isRight: false},
    },
    {
      name: 'is wrong where bitmaps show another number',
      own,
      paired: 9,
      found: {seq: 9, document: own, isRight: false},
    },
    {
      name: 'is wrong and without a number where bitmaps contradict each other',
      own,
      paired: null,
      found: {seq: undefined, document: own, isRight: false},
    },
    {
      name: 'is wrong where its document has a defect',
      own: document('thing', 7, 'broken'),
      paired: 7,
      found: {seq: 7, document: document('thing', 7, 'broken'), isRight: false},
    },
    {
      name: 'has a stray document that has its number in its place',
      strays: [stray],
      paired: 7,
      found: {seq: 7, document: stray, isRight: false},
    },
    {
      name: 'has nothing to do with a stray document of another number',
      strays: [stray],
      paired: 9,
      found: {seq: 9, document: undefined, isRight: false},
    },
  ];
  for (const {name, own: its, strays = [], paired, isShared = false, found} of cases)
    it(name, () => {
      const doubtful = new Map(its ? [[its.id, its]] : []);
      const unknown = new Map([[THING.id, THING]]);
      const numbers = {
        pairs: () => new Map(typeof paired === 'number' ? [[THING.standIn, paired]] : []),
        hasSeen: () => paired !== undefined,
      };
      const result = identify({unknown, doubtful, isSole: () => !isShared, numbers}, strays);
      assert.deepEqual(result, [{thing: THING, ...found}]);
    });
});
