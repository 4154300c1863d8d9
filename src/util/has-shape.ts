/** What a member of a JSON object must be; `members` of the same kind: a list, or an object by free names. */
export type Shape =
  | 'string'
  | 'number'
  | {readonly [member: string]: Shape}
  | {readonly list: Shape}
  | {readonly byName: Shape};

/** Whether a value that was read from a file has what is needed of it. Further members are of no matter. */
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
