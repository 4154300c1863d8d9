import {z} from 'zod';
import {Problem} from '../problem.ts';
import {limitParameter, OID} from './schemas.ts';

/** A path in Git has at most 4096 bytes on most systems; here it may have as many characters. */
const PATH_MAX_CHARS = 4096;

/** A connection that is silent for a minute is cut. */
export const WAIT_MAX_SECONDS = 50;

/** Parameters of requests about a path. */
export const PATH_PARAMETERS = z.strictObject({
  path: z
    .string()
    .max(PATH_MAX_CHARS)
    .optional()
    .meta({description: 'Instead of the path in the URL: for names such as `..` that no URL can hold'}),
});

/** Parameters of requests about a ref. */
export const WAIT_PARAMETERS = z.strictObject({
  waitFor: OID.optional().meta({
    description:
      'Answer when the ref shows this commit, or one that has it in its history; 504 when it does not in time',
  }),
  waitSeconds: limitParameter({min: 0, max: WAIT_MAX_SECONDS, usual: 30}).meta({
    description: 'How long `waitFor` waits',
  }),
});

/** Parameters of every request that is answered in pages. */
export const PAGE_PARAMETERS = z.strictObject({
  cursor: z.string().max(8000).optional().meta({description: '`nextCursor` of the page before'}),
});

const SHARED_PARAMETERS = z.strictObject({
  ...PATH_PARAMETERS.shape,
  ...WAIT_PARAMETERS.shape,
  ...PAGE_PARAMETERS.shape,
});

/** The parameters that are the same everywhere, and those of the question itself. @throws Problem 400. */
export function parseShared(pairs: readonly (readonly [string, string])[]) {
  const isShared = ([name]: readonly [string, string]) => Object.hasOwn(SHARED_PARAMETERS.shape, name);
  return {
    shared: parseParameters(SHARED_PARAMETERS, pairs.filter(isShared)),
    own: pairs.filter((pair) => !isShared(pair)),
  };
}

/**
 * `others`: parameters that may be given as well and were read elsewhere.
 * @throws Problem 400 that names the parameter.
 */
export function parseParameters<T extends z.ZodObject>(
  schema: T,
  pairs: readonly (readonly [string, string])[],
  others: readonly string[] = [],
): z.output<T> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  const given = [...values].map(([name, [first, ...more]]) => [
    name,
    more.length > 0 ? [first, ...more] : first,
  ]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = String(issue.path[0]);
  if (issue.path.length === 1 && (values.get(name)?.length ?? 0) > 1)
    throw badParameter(name, 'is given twice');
  if (issue.code === 'unrecognized_keys') {
    const known = [...Object.keys(schema.shape), ...others];
    throw badParameter(issue.keys[0]!, 'is not known here', `Known: ${known.join(', ') || 'none'}.`);
  }
  throw badParameter(name, `is refused: ${issue.message}`);
}

function badParameter(name: string, why: string, hint?: string): Problem {
  const shown = name.length > 60 ? `${name.slice(0, 60).toWellFormed()}...` : name;
  return new Problem('USAGE', `the parameter ${JSON.stringify(shown)} ${why}`, {hint});
}
