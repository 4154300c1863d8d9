/** The required shape of a JSON value; `list` and `byName` are lists and objects whose members all have one shape. */
export type Shape =
  | 'string'
  | 'number'
  | {readonly [member: string]: Shape}
  | {readonly list: Shape}
  | {readonly byName: Shape};

/** True if the value, read from a file, has all members of the shape. It may have more. */
export function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape;
  if (typeof value !== 'object' || value === null) return false;
  if ('list' in shape)
    return Array.isArray(value) && value.every((one) => hasShape(one, shape['list'] as Shape));
  if (Array.isArray(value)) return false;
  if ('byName' in shape) return Object.values(value).every((one) => hasShape(one, shape['byName'] as Shape));
  const members = value as Record<string, unknown>;
  return Object.entries(shape).every(([member, wanted]) => hasShape(members[member], wanted));
}
