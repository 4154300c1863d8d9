/** A request to OpenSearch. */
export interface ServerRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly body?: object | undefined;
  /** NDJSON, ready to be sent. */
  readonly lines?: Buffer | undefined;
  /** Statuses that are answers here, not failures. */
  readonly expected?: readonly number[] | undefined;
  /** It is not asked again when it takes too long, which is told as TIMEOUT: it would take as long. */
  readonly isSearch?: true | undefined;
  /** About so many bytes are in the answer; absent: few. */
  readonly answerBytes?: number | undefined;
  /** Aborted when the answer is no longer wanted: the connection is closed, and OpenSearch ends the request. */
  readonly signal?: AbortSignal | undefined;
}

export interface ServerAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is OpenSearch's; each caller names what it reads.
  readonly body: any;
}
