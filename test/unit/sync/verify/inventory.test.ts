import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {Bitmap} from '../../../../src/domain/bitmap.ts';
import {documentId} from '../../../../src/domain/document-id.ts';
import {type DoubtfulDocument, Inventory} from '../../../../src/sync/verify/inventory.ts';

const document = (name: string, seq: number | undefined, defect?: string): DoubtfulDocument => ({
  key: name,
  id: documentId(name),
  seq,
  defect,
});

describe('the number of a document', () => {
  const cases: {
    name: string;
    others?: DoubtfulDocument[];
    own?: DoubtfulDocument;
    shown: number[];
    known: number | undefined;
  }[] = [
    {name: 'is known where one valid document has it', shown: [7], known: 7},
    {name: 'is not known where no bitmap shows it', shown: [8], known: undefined},
    {
      name: 'is not known where another valid document has it',
      others: [document('b', 7)],
      shown: [7],
      known: undefined,
    },
    {
      name: 'is not known where another document with a defect has it',
      others: [document('b', 7, 'broken')],
      shown: [7],
      known: undefined,
    },
    {
      name: 'is not known of a document with a defect',
      own: document('a', 7, 'broken'),
      shown: [7],
      known: undefined,
    },
    {name: 'is not known where it has none', own: document('a', undefined), shown: [7], known: undefined},
    {name: 'is known next to others', others: [document('b', 8)], shown: [7, 8], known: 7},
  ];
  for (const {name, others = [], own = document('a', 7), shown, known} of cases)
    it(name, async () => {
      using inventory = new Inventory();
      const all = [...others, own];
      for (const one of all) inventory.add(one);
      await inventory.settle(Bitmap.of(shown), async function* readAgain() {
        yield all;
      });
      assert.equal(inventory.seqOf(Buffer.from(own.id, 'base64url')), known);
      assert.equal(inventory.doubtful.has(own.id), known === undefined, 'else it is in doubt');
      assert.equal(
        inventory.hasDoubts,
        inventory.doubtful.size > 0 || shown.includes(8) !== all.some(({seq}) => seq === 8),
      );
    });
});

it('a number that Git does not need is not known any more', async () => {
  using inventory = new Inventory();
  for (const one of [document('a', 1), document('b', 2)]) inventory.add(one);
  await inventory.settle(Bitmap.of([1, 2]), async function* readAgain() {});
  using unneeded = inventory.narrow(Bitmap.of([1]));
  assert.deepEqual([...unneeded], [2]);
  assert.deepEqual([...inventory.known], [1]);
  assert.equal(inventory.last, 2, 'and yet it is in use');
});
