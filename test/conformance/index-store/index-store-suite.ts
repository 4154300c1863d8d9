import {describe} from 'node:test';
import {testAudit} from './audit-tests.ts';
import {testCandidates} from './candidates-tests.ts';
import {testCollections} from './collections-tests.ts';
import {testCommits} from './commits-tests.ts';
import {testEntryReader} from './entries-reading-tests.ts';
import {testEntries} from './entries-tests.ts';
import {testGenerations} from './generations-tests.ts';
import {testLeases} from './leases-tests.ts';
import type {OpenStore} from './open-store.ts';
import {testRefs} from './refs-tests.ts';
import {testRepositories} from './repositories-tests.ts';
import {testSearch} from './search-tests.ts';
import {testSeqs} from './seqs-tests.ts';
import {testWords} from './words-tests.ts';

/** Every promise of the ports of an index, proven on the backend that `open` opens. One part per port, named like it. */
export function testIndexStore(name: string, open: OpenStore): void {
  void describe(`IndexStore on ${name}`, {concurrency: 2}, () => {
    testCollections(open);
    testRepositories(open);
    testGenerations(open);
    testLeases(open);
    testSeqs(open);
    testEntries(open);
    testEntryReader(open);
    testCommits(open);
    testRefs(open);
    testAudit(open);
    testSearch(open);
    testCandidates(open);
    testWords(open);
  });
}
