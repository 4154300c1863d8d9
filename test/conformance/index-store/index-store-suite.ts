import {describe} from 'node:test';
import {testAudit} from './audit-tests.ts';
import {testCollections} from './collections-tests.ts';
import {testCommits} from './commits-tests.ts';
import {testEntries} from './entries-tests.ts';
import {testGenerations} from './generations-tests.ts';
import type {OpenStore} from './open-store.ts';
import {testReading} from './reading-tests.ts';
import {testRefs} from './refs-tests.ts';
import {testRemoval} from './removal-tests.ts';
import {testSearch} from './search-tests.ts';

/** Every promise of the IndexStore port, proven on the backend that `open` opens. */
export function testIndexStore(name: string, open: OpenStore): void {
  void describe(`IndexStore on ${name}`, {concurrency: 2}, () => {
    testCollections(open);
    testGenerations(open);
    testEntries(open);
    testCommits(open);
    testRefs(open);
    testRemoval(open);
    testAudit(open);
    testReading(open);
    testSearch(open);
  });
}
