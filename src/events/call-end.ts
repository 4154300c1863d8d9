/** How a call ended. */
export interface CallEnd {
  /** The reason why the event counts as not delivered; undefined if it was delivered. */
  readonly error: string | undefined;
  /** The end of a script's output. */
  readonly output: string;
}
