/** The message of an error and of its causes: fetch alone says no more than "fetch failed". */
export function errorText(error: unknown): string {
  if (error instanceof SuppressedError) {
    return `${errorText(error.suppressed)}; and while cleaning up: ${errorText(error.error)}`;
  }
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${errorText(error.cause)}`;
}
