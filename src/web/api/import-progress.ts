import type {z} from 'zod';
import type {RunningWork} from '../../domain/running-work.ts';
import type {IMPORT_PROGRESS} from './schemas.ts';

/** Progress of the first import for clients, without the process id. */
export function importProgressOf(work: RunningWork): z.output<typeof IMPORT_PROGRESS> {
  const {since, phase, unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft} = work;
  return {since, phase, unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft};
}
