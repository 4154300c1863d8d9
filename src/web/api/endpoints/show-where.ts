import {z} from 'zod';
import {findContaining} from '../../../read/find-containing.ts';
import {findWhere} from '../../../read/find-where.ts';
import {defineEndpoint} from '../endpoint.ts';
import {limitParameter, OID, PATH, SHOWN} from '../schemas.ts';

export const findPlaces = defineEndpoint(
  {
    id: 'findPlaces',
    word: 'where',
    summary:
      'The refs that have something at a path, and which version; without a path, those that contain the commit',
    path: 'optional',
    query: z.strictObject({
      refsMax: limitParameter({max: 1000, usual: 500}).meta({description: 'Refs that are looked at'}),
    }),
    answer: z.strictObject({
      ...SHOWN,
      path: PATH.meta({description: 'Empty where refs were asked for that contain the commit'}),
      places: z.array(
        z.strictObject({
          ref: z.string(),
          commit: OID,
          mode: z.string().nullable().meta({description: 'Null for a directory and without a path'}),
          oid: OID.nullable().meta({description: 'Null for a directory and without a path'}),
        }),
      ),
      isComplete: z.boolean().meta({description: 'False where there are more refs than were looked at'}),
    }),
    isCostly: true,
  },
  async ({reader, revision, shown, path: wanted, query: {refsMax}}) => {
    if (wanted === '') {
      const containing = await findContaining(reader, {oid: revision.commit, refsMax});
      const places = containing.places.map((place) => ({...place, mode: null, oid: null}));
      return {...shown, path: '', places, isComplete: containing.isComplete};
    }
    const {path, places, isComplete} = await findWhere(reader, {path: wanted, refsMax});
    const shownPlaces = places.map(({ref, commit, entry}) => ({
      ref,
      commit,
      mode: entry?.mode ?? null,
      oid: entry?.oid ?? null,
    }));
    return {...shown, path, places: shownPlaces, isComplete};
  },
);
