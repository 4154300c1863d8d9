import {formatCount} from '../../src/util/format.ts';
import type {ImportReport, ImportRound} from './bench-import.ts';
import {summarizeProfile} from './cpu-profile.ts';
import {alignTable, formatMegabytes, formatNumber, formatRange} from './print-table.ts';
import {median} from './statistics.ts';

/** The imports, what they stored, and how far from the floor they are. */
export function renderImports(reports: readonly ImportReport[]): string {
  const profiles = reports.flatMap(({profile}) => (profile === undefined ? [] : summarizeProfile(profile)));
  return [renderSpeeds(reports), renderStored(reports), renderFloors(reports), ...profiles].join('\n');
}

function renderSpeeds(reports: readonly ImportReport[]): string {
  const rows = reports.map((report) => {
    const {scope, blobBytes, entriesWritten, commitsWritten, rounds} = report;
    const seconds = median(rounds.map((round) => round.seconds));
    const range = (of: (round: ImportRound) => number | undefined, format = formatNumber) =>
      formatRange(
        rounds.flatMap((round) => of(round) ?? []),
        format,
      );
    return [
      scope,
      range((round) => round.seconds),
      formatNumber(blobBytes / 1e6 / seconds),
      formatNumber(entriesWritten / seconds),
      formatNumber(commitsWritten / seconds),
      range((round) => round.cpuSeconds),
      range((round) => round.peakBytes, formatMegabytes),
      range((round) => round.gitPeakBytes, formatMegabytes),
    ];
  });
  return alignTable(
    ['import', 's', 'MB/s', 'entries/s', 'commits/s', 'CPU s', 'peak MB', 'git peak MB'],
    rows,
  );
}

function renderStored(reports: readonly ImportReport[]): string {
  const rows = reports.map(({scope, blobBytes, entriesWritten, commitsWritten, failures, stored}) => [
    scope,
    formatMegabytes(blobBytes),
    formatCount(entriesWritten),
    formatCount(commitsWritten),
    formatCount(stored.refs),
    formatMegabytes(stored.indexBytes),
    formatCount(stored.objects),
    formatMegabytes(stored.objectBytes),
    formatCount(failures),
  ]);
  return alignTable(
    ['stored', 'blobs MB', 'entries', 'commits', 'refs', 'index MB', 'objects', 'objects MB', 'failures'],
    rows,
  );
}

function renderFloors(reports: readonly ImportReport[]): string {
  const rows = reports.flatMap(({scope, floors, rounds}) => {
    const range = (of: (round: ImportRound) => number) => formatRange(rounds.map(of), formatNumber);
    return floors.map((floor, at) => [
      `${scope}, against ${floor}`,
      range((round) => round.seconds),
      range((round) => round.floorSeconds[at]!),
      range((round) => round.seconds / round.floorSeconds[at]!),
      range((round) => round.withoutStoreSeconds),
      range((round) => round.catFileSeconds),
    ]);
  });
  return alignTable(['floor', 'import s', 'floor s', 'ratio', 'without store s', 'cat-file s'], rows);
}
