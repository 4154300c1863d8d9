import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {type Floors, measureBoth, runFloor} from './floors.ts';
import type {World} from './world.ts';

/** The recording's documents by the store's own statements, in a file of their own. */
export function openSqliteFloors(world: World, recording: string): Floors {
  const run = async (kind: 'bareLoop' | 'engineAlone') => {
    const directory = world.path('floor');
    const rows = kind === 'bareLoop' ? 'timed' : 'ready';
    try {
      return await runFloor(world, 'run-sqlite-floor.ts', [recording, join(directory, 'index.db'), rows]);
    } finally {
      rmSync(directory, {recursive: true, force: true});
    }
  };
  return {
    titles: ['a bare loop', 'its storing alone', 'SQLite with rows that are ready'],
    measure: () => measureBoth(run),
  };
}
