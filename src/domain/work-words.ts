import {formatBytes, formatCount, formatDuration} from '../util/format.ts';
import type {RunningWork} from './running-work.ts';

/** Share, counts, rate and time left of the phase, as far as they are known: `34 %`, `1,234 of 3,600 commits`. */
export function workWords(work: RunningWork): string[] {
  const {unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft} = work;
  const words = [
    share !== null && `${Math.floor(share * 100)} %`,
    done !== null && unit !== null && `${of(done, total, formatCount)} ${unit}`,
    bytes && of(bytes, bytesTotal, formatBytes),
    bytesPerSecond && `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft !== null && `about ${formatDuration(Math.max(1, secondsLeft) * 1000)} left`,
  ];
  return words.filter((word) => typeof word === 'string');
}

function of(done: number, total: number | null, format: (value: number) => string): string {
  return total === null ? format(done) : `${format(done)} of ${format(total)}`;
}
