/** How a call ended. */
export interface CallEnd {
  /** Why the event counts as not delivered; undefined: it is. */
  readonly error: string | undefined;
  /** The end of what a script wrote. */
  readonly output: string;
}
