/** The least that a backend must do for the same documents. */
export interface Floor extends AsyncDisposable {
  readonly title: string;
  /** Stores all documents into a fresh index, which is gone afterwards; the seconds that storing took. */
  measure(): Promise<number>;
}
