/** A process of its own: puts an object whose source stops for ever in the middle, and says `half` when it does. */
import {Readable} from 'node:stream';
import {openBackend} from './open-backend.ts';

const {address, key, sizeBytes} = JSON.parse(process.argv[2]!);
const store = await openBackend(address);
await store.put(key, sizeBytes, Readable.from(half()));

async function* half(): AsyncGenerator<Buffer> {
  for (let given = 0; given < sizeBytes / 2; given += 50_000) yield Buffer.alloc(50_000);
  process.stdout.write('half\n');
  // A promise alone does not keep a process alive.
  setInterval(() => {}, 60_000);
  await new Promise(() => {});
}
