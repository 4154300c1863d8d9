import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';

const SUSPICIOUS: ReadonlySet<CtrErrorCode> = new Set(['NOT_FOUND', 'INDEX_UNUSABLE', 'QUERY']);

type Call = (...args: unknown[]) => unknown;

/**
 * The same calls; one that fails because a collection is not there, is closed, or has other mappings fails with what
 * `look` says of the whole set, where it throws: a look at what became of it costs nothing as long as all is well.
 */
export function explaining<T extends object>(calls: T, look: () => Promise<unknown>): T {
  const explain = async (error: unknown): Promise<never> => {
    const mayBeLost = error instanceof CtrError && SUSPICIOUS.has(error.code);
    if (mayBeLost) await look();
    throw error;
  };
  const wrap =
    (call: Call): Call =>
    (...args) => {
      const answer = call(...args);
      if (answer instanceof Promise) return answer.catch(explain);
      return isIterable(answer) ? iterate(answer, explain) : answer;
    };
  const entries = Object.entries(calls).map(([name, call]) => [
    name,
    typeof call === 'function' ? wrap(call as Call) : (call as unknown),
  ]);
  return Object.fromEntries(entries) as T;
}

function isIterable(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

async function* iterate(
  answer: AsyncIterable<unknown>,
  explain: (error: unknown) => Promise<never>,
): AsyncGenerator<unknown> {
  try {
    yield* answer;
  } catch (error) {
    await explain(error);
  }
}
