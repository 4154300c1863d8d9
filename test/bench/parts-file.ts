import {closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync} from 'node:fs';

interface Part {
  readonly label: string;
  readonly lengthBytes: number;
}

/** Parts that follow each other in a file, for programs to read: what they are is in `<file>.json` when it is disposed of. */
export class PartsFile implements Disposable {
  readonly #file: string;
  readonly #handle: number;
  readonly #parts: Part[] = [];

  constructor(file: string) {
    this.#file = file;
    this.#handle = openSync(file, 'w');
  }

  put(label: string, bytes: Buffer): void {
    writeSync(this.#handle, bytes);
    this.#parts.push({label, lengthBytes: bytes.length});
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
    writeFileSync(`${this.#file}.json`, JSON.stringify(this.#parts));
  }
}

/** The parts in their order, one in memory. */
export function* readParts(file: string): Generator<{label: string; bytes: Buffer<ArrayBuffer>}> {
  const parts = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Part[];
  const handle = openSync(file, 'r');
  try {
    for (const {label, lengthBytes} of parts) {
      const bytes = Buffer.allocUnsafe(lengthBytes);
      if (readSync(handle, bytes) !== lengthBytes) throw new Error(`${file} was cut`);
      yield {label, bytes};
    }
  } finally {
    closeSync(handle);
  }
}
