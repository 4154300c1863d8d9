import assert from 'node:assert/strict';
import {test} from 'node:test';
import {costOf, IMPORT_COSTS} from '../../../../src/sync/import/estimate-import.ts';

interface Measured {
  readonly backend: 'embedded' | 'servers';
  readonly refs: number;
  readonly commits: number;
  readonly blobs: number;
  readonly bytes: number;
  /** On two cores that did nothing else; absent where they did. */
  readonly seconds?: number;
  readonly diskBytes?: number;
}

const MB = 1_000_000;

/** Whole histories, imported for the first time. */
const MEASURED: Readonly<Record<string, Measured>> = {
  'express, embedded': {
    backend: 'embedded',
    refs: 3890,
    commits: 11_467,
    blobs: 18_032,
    bytes: 212 * MB,
    seconds: 8.4,
    diskBytes: 191 * MB,
  },
  'express, OpenSearch and S3': {
    backend: 'servers',
    refs: 3890,
    commits: 11_467,
    blobs: 18_032,
    bytes: 212 * MB,
    diskBytes: 171 * MB,
  },
  'libgit2, embedded': {
    backend: 'embedded',
    refs: 7007,
    commits: 24_842,
    blobs: 63_637,
    bytes: 2470 * MB,
    seconds: 95,
    diskBytes: 1633 * MB,
  },
  // Its time follows from the processor time that it took on a busy machine.
  'tldr, embedded': {
    backend: 'embedded',
    refs: 22_160,
    commits: 111_620,
    blobs: 195_589,
    bytes: 164 * MB,
    seconds: 90,
    diskBytes: 1683 * MB,
  },
  'a documentation, embedded': {
    backend: 'embedded',
    refs: 30,
    commits: 13_070,
    blobs: 34_091,
    bytes: 441 * MB,
    seconds: 22.6,
    diskBytes: 333 * MB,
  },
  'a documentation, OpenSearch': {
    backend: 'servers',
    refs: 30,
    commits: 13_070,
    blobs: 34_091,
    bytes: 441 * MB,
    seconds: 28.7,
    diskBytes: 248 * MB,
  },
};

test('what an import took is within its estimate, and its disk is about what was said', async (t) => {
  for (const [name, {backend, seconds, diskBytes, ...counts}] of Object.entries(MEASURED)) {
    await t.test(name, () => {
      const estimate = costOf(counts, IMPORT_COSTS[backend]);
      if (seconds !== undefined) {
        assert.ok(
          estimate.secondsMin <= seconds && seconds <= estimate.secondsMax,
          `${estimate.secondsMin} to ${estimate.secondsMax}`,
        );
        // Not by a range that says nothing.
        assert.ok(
          estimate.seconds / seconds < 1.6 && seconds / estimate.seconds < 1.6,
          String(estimate.seconds),
        );
      }
      if (diskBytes !== undefined) {
        const ratio = estimate.diskBytes / diskBytes;
        assert.ok(ratio > 0.8 && ratio < 1.3, `${estimate.diskBytes}`);
      }
    });
  }
});
