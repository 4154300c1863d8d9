/**
 * `run-opensearch-floor.ts <url> <bulks> <indexes> <in flight>`: sends the `_bulk` bodies of a file over plain HTTP,
 * one or as many at a time, and refreshes the indexes. Writes the seconds to stdout.
 */
import {readParts} from './parts-file.ts';
import {sendPlainly} from './send-plainly.ts';

const [url, bulks, indexes, inFlight] = process.argv.slice(2) as [string, string, string, string];
const startedMs = performance.now();
await sendAll();
await sendPlainly(url, {method: 'POST', target: `/${indexes}/_refresh`});
process.stdout.write(String((performance.now() - startedMs) / 1000));

async function sendAll(): Promise<void> {
  const parts = readParts(bulks);
  const sendInTurn = async () => {
    for (let part = parts.next(); !part.done; part = parts.next()) {
      const {label: target, bytes: body} = part.value;
      const {errors} = await sendPlainly(url, {method: 'POST', target, body});
      if (errors) throw new Error('OpenSearch refused a document of the floor');
    }
  };
  await Promise.all(Array.from({length: Number(inFlight)}, sendInTurn));
}
