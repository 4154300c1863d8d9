import {formatCount} from '../../src/util/format.ts';
import type {ImportReport, ImportRound} from './bench-import.ts';
import {summarizeProfile} from './cpu-profile.ts';
import {alignTable, formatMegabytes, formatNumber, formatRange} from './print-table.ts';
import {median} from './statistics.ts';

/** The imports, what they stored, and how far from the floor they are. */
export function renderImports(reports: readonly ImportReport[]): string {
  const profiles = reports.flatMap(({profile}) => (profile === undefined ? [] : summarizeProfile(profile)));
  const tables = [renderSpeeds(reports), renderStored(reports), renderFloors(reports)];
  return [...tables, ...renderOthers(reports), ...profiles].join('\n');
}

/** Medians of this ctr and of the other checkout, where one was named. */
function renderOthers(reports: readonly ImportReport[]): string[] {
  const rows = reports.flatMap(({scope, rounds, stored}) => {
    const others = rounds.flatMap(({other}) => other ?? []);
    if (others.length === 0) return [];
    const compare = (of: (run: {seconds: number; cpuSeconds: number; peakBytes: number}) => number) => {
      const [own, other] = [median(rounds.map(of)), median(others.map(of))];
      return [formatNumber(other), formatNumber(own), formatNumber(own / other)];
    };
    const [{indexBytes} = {indexBytes: undefined}] = others;
    return [
      [`${scope}, s`, ...compare(({seconds}) => seconds)],
      [`${scope}, CPU s`, ...compare(({cpuSeconds}) => cpuSeconds)],
      [`${scope}, peak MB`, ...compare(({peakBytes}) => peakBytes / 1e6)],
      ...(indexBytes === undefined
        ? []
        : [
            [
              `${scope}, index MB`,
              ...[indexBytes / 1e6, stored.indexBytes / 1e6, stored.indexBytes / indexBytes].map(
                formatNumber,
              ),
            ],
          ]),
    ];
  });
  return rows.length === 0 ? [] : [alignTable(['import', 'baseline', 'this', 'ratio'], rows)];
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
