import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {BackendReport} from './bench-backend.ts';
import {alignTable, formatNumber} from './print-table.ts';
import {median} from './statistics.ts';

const BASELINE = join(import.meta.dirname, 'baseline.json');

/** Name of a ratio to its value. Both of its figures are from one run, so the speed of the machine cancels out. */
export type Ratios = Readonly<Record<string, number>>;

export interface Baseline {
  /** The repository that was measured: ratios of another one cannot be compared. */
  readonly source: string;
  readonly ratios: Ratios;
}

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;
}

/** Parts that were not measured keep their ratios, unless those are of another repository. */
export function writeBaseline({source, ratios}: Baseline): void {
  const before = readBaseline();
  const kept = before.source === source ? before.ratios : {};
  writeFileSync(BASELINE, `${JSON.stringify({source, ratios: {...kept, ...ratios}}, null, 2)}\n`);
}

/** The ratios of what was measured, rounded to three decimals: of an import the median of its rounds, else of medians. */
export function ratiosOf(reports: readonly BackendReport[]): Ratios {
  const ratios: Record<string, number> = {};
  for (const {backend, imports = [], pushes, hook = [], serve} of reports) {
    const put = (name: string, ratio: number) => {
      ratios[`${backend}: ${name}`] = Number(ratio.toFixed(3));
    };
    for (const {scope, floors, rounds} of imports) {
      for (const [at, floor] of floors.entries()) {
        const ofRounds = rounds.map(({seconds, floorSeconds}) => seconds / floorSeconds[at]!);
        put(`import of ${scope}, to ${floor}`, median(ofRounds));
      }
      const toNothing = rounds.map(({seconds, withoutStoreSeconds}) => seconds / withoutStoreSeconds);
      put(`import of ${scope}, to the same without store`, median(toNothing));
    }
    if (pushes) put('push until found, to the push itself', median(pushes.foundMs) / median(pushes.pushMs));
    for (const {backendIs, withMs, withoutMs} of hook) {
      put(`push with hook, backend ${backendIs}, to one without`, median(withMs) / median(withoutMs));
    }
    if (serve) {
      const msOf = (isBusy: boolean) =>
        serve.phases
          .filter((phase) => phase.isBusy === isBusy)
          .flatMap(({answers}) => answers.map(({ms}) => ms));
      put('answers during an import, to those at rest', median(msOf(true)) / median(msOf(false)));
    }
  }
  return ratios;
}

/** Each ratio of `now` next to that of the baseline: below 1 in the last column is faster than then. */
export function renderComparison(now: Baseline, then: Baseline): string {
  const isSame = now.source === then.source;
  const rows = Object.entries(now.ratios).map(([name, ratio]) => {
    const before = isSame ? then.ratios[name] : undefined;
    return [
      name,
      ...[before, ratio, before && ratio / before].map((value) => formatNumber(value ?? Number.NaN)),
    ];
  });
  const table = alignTable(['ratio', 'then', 'now', 'now to then'], rows);
  return isSame ? table : `${table}the baseline is of another repository: ${then.source}\n`;
}
