import {z} from 'zod';
import {ENTRY_KINDS} from '../../domain/entry.ts';
import {parseMoment} from '../../domain/parse-moment.ts';

/** An object that has a name of its own in the OpenAPI document. */
function named<Shape extends z.core.$ZodLooseShape>(id: string, shape: Shape, description?: string) {
  return z.strictObject(shape).meta({id, ...(description !== undefined && {description})});
}

export const OID = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
  .meta({id: 'Oid', description: 'Object id, 40 or 64 hex digits'});

/** ISO 8601, UTC. */
const TIME = z.string().meta({format: 'date-time'});

export const PATH = z.string().meta({
  id: 'Path',
  description:
    'From the root, without a slash at the beginning. A byte that is not UTF-8 is the character U+EF00 + byte; percent-encoded as it stands, it leads back to the file.',
});

/** The current state of a ref in Git, which the index may not show yet. */
const LAG = z
  .strictObject({
    git: OID.nullable().meta({
      description: 'What the ref holds in Git (a tag: the tag object); null: deleted there',
    }),
    isCurrent: z.boolean().meta({description: 'Whether this answer shows that'}),
  })
  .nullable()
  .meta({
    id: 'Lag',
    description: 'Null where it is not known: no Git repository here, or the revision is no ref',
  });

/** The first members of each answer about a revision. */
export const SHOWN = {
  ref: z.string().nullable().meta({description: 'Full name; null for a revision by oid'}),
  commit: OID,
  indexedAt: z.iso
    .datetime()
    .nullable()
    .meta({description: 'When the index took in what the ref shows; null by oid'}),
  lag: LAG,
};
export type Shown = z.output<z.ZodObject<typeof SHOWN>>;

export const NEXT_CURSOR = z
  .string()
  .nullable()
  .meta({description: 'For the next page, of the same commit; null on the last one'});

export const TREE_ENTRY = named('TreeEntry', {
  name: z.string(),
  type: z.enum(['tree', 'blob', 'commit']),
  path: PATH,
  mode: z.string().regex(/^[0-7]{6}$/),
  oid: OID.nullable().meta({
    description: 'Null for a directory whose oid the index cannot know for certain',
  }),
  sizeBytes: z.int().nullable().meta({description: 'Null for a directory and a submodule'}),
});

export const LOGGED_COMMIT = named('LoggedCommit', {
  oid: OID,
  parents: z.array(OID),
  author: z.strictObject({
    name: z.string(),
    email: z.string(),
    date: z.string().meta({description: "ISO 8601 in the author's own offset"}),
  }),
  subject: z.string(),
  paths: z
    .array(PATH)
    .meta({description: 'What the commit changed against every parent: the first 100, `commit` has all'}),
  pathsTotal: z.int().meta({description: 'How many paths it changed'}),
});

const SIDE = z
  .strictObject({path: PATH, mode: z.string(), oid: OID, sizeBytes: z.int()})
  .nullable()
  .meta({id: 'ChangeSide'});

export const CHANGED_FILE = named('ChangedFile', {
  status: z.enum(['added', 'deleted', 'modified', 'renamed']),
  path: PATH,
  before: SIDE,
  after: SIDE,
});

export const ENTRY_KIND = z.enum(ENTRY_KINDS).meta({id: 'EntryKind'});

export const FRONT_MATTER_FIELD = named('FrontMatterField', {
  key: z.string(),
  type: z.enum(['string', 'number', 'boolean', 'date', 'null']),
  value: z.string(),
});

export const REF = named('Ref', {
  name: z.string().meta({description: 'Full name'}),
  commit: OID.nullable().meta({description: 'Null where it leads to no commit'}),
  target: OID.meta({description: 'What the ref itself holds: of an annotated tag the tag object'}),
  entries: z.int().meta({description: 'Files in its tree'}),
  indexedAt: TIME,
  reason: z.string().nullable().meta({description: 'Why it leads to no commit'}),
  lag: LAG,
});

export const IMPORT_PROGRESS = named(
  'ImportProgress',
  {
    since: TIME,
    phase: z.string(),
    unit: z.string().nullable().meta({description: 'What `done` and `total` count'}),
    done: z.int().nullable(),
    total: z.int().nullable(),
    share: z.number().min(0).max(1).nullable(),
    bytes: z.int().nullable(),
    bytesTotal: z.int().nullable().meta({description: 'About'}),
    bytesPerSecond: z.int().nullable(),
    secondsLeft: z.int().nullable(),
  },
  'How far the first import is; null: not known, or not yet',
);

export const REPOSITORY = named('Repository', {
  name: z.string(),
  state: z.enum(['indexed', 'importing', 'empty', 'unindexed', 'unavailable']).meta({
    description:
      '`importing`: the first import runs; `empty`: nothing is pushed yet; `unindexed`: nothing is indexed yet; `unavailable`: the index does not answer',
  }),
  importing: IMPORT_PROGRESS.nullable().meta({description: 'While the first import runs'}),
  head: z.string().nullable().meta({description: "Full name of HEAD's branch"}),
  objectFormat: z.enum(['sha1', 'sha256']).nullable(),
});

export const PROBLEM = named(
  'Problem',
  {
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({description: 'For programs; stays'}),
    hint: z.string().optional(),
    importing: IMPORT_PROGRESS.optional().meta({description: 'With code IMPORTING'}),
  },
  'RFC 9457',
);

/** How often each value occurs. */
export const FACET = z.array(z.strictObject({value: z.string(), count: z.int()})).meta({id: 'Facet'});

export const TEXT_SCAN = z.strictObject({files: z.int(), chars: z.int(), isComplete: z.boolean()}).nullable();

/** `true` or `false` as a parameter. */
export const FLAG = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('it is true or false'),
);

/** A parameter that may be given several times. */
export function listParameter<T extends z.ZodType>(item: T) {
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).max(20))
    .optional();
}

/** How much of a list one answer holds. */
export function limitParameter({min = 1, max, usual}: {min?: number; max: number; usual: number}) {
  return z.coerce.number().int().min(min).max(max).default(usual);
}

/** A moment that does not depend on when it is read: answers about a commit stay the same for ever. */
export const MOMENT = z
  .string()
  .max(40)
  .refine((text) => parseMoment(text) !== undefined, 'it is a date, such as 2026-01-31 or 2026-01-31T12:00Z');
