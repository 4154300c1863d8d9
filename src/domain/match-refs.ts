import picomatch from 'picomatch';

/**
 * A test for full ref names: they must match one of the plain globs (any name does if there is none), and no glob that
 * begins with `!`. `*` does not cross a slash, `**` does.
 */
export function matchesRefs(globs: readonly string[]): (name: string) => boolean {
  const excluded = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  const included = globs.filter((glob) => !glob.startsWith('!'));
  const options = {dot: true, nonegate: true};
  const isIncluded = included.length > 0 ? picomatch(included, options) : () => true;
  const isExcluded = excluded.length > 0 ? picomatch(excluded, options) : () => false;
  return (name) => isIncluded(name) && !isExcluded(name);
}
