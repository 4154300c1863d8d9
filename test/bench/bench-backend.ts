import type {Backend} from './backend.ts';
import {type BranchReport, benchBranch} from './bench-branch.ts';
import {benchHook, type HookReport} from './bench-hook.ts';
import {benchHostile, type HostileReport} from './bench-hostile.ts';
import {benchImports, type ImportReport} from './bench-import.ts';
import {benchLine, type LineReport} from './bench-line.ts';
import {benchPushes, type PushReport} from './bench-push.ts';
import {benchSearches, type SearchTime} from './bench-search.ts';
import {benchServe, type ServeReport} from './bench-serve.ts';
import {installWhole} from './installed.ts';
import type {BackendKind, BenchOptions, Part} from './options.ts';
import {renderHostile} from './render-hostile.ts';
import {renderImports} from './render-import.ts';
import {renderServe} from './render-serve.ts';
import {renderBranch, renderHook, renderLine, renderPushes, renderSearches} from './render-use.ts';
import type {World} from './world.ts';

/** The parts that need an index. */
const USES: readonly Part[] = ['search', 'push', 'hook', 'serve', 'hostile'];

/** The measurements of one backend; a part that was not chosen is absent. */
export interface BackendReport {
  readonly backend: BackendKind;
  readonly title: string;
  imports?: readonly ImportReport[];
  searches?: readonly SearchTime[];
  branch?: BranchReport;
  line?: LineReport;
  pushes?: PushReport;
  hook?: readonly HookReport[];
  serve?: ServeReport;
  hostile?: HostileReport;
}

/** Measures one backend, and shows each part as soon as it is known. */
export async function benchBackend(
  world: World,
  backend: Backend,
  options: BenchOptions,
): Promise<BackendReport> {
  const {parts} = options;
  const report: BackendReport = {backend: backend.kind, title: backend.title};
  show(`== ${backend.kind}: ${backend.title} ==\n`);
  if (parts.has('import')) {
    report.imports = await benchImports(world, backend, options);
    show(renderImports(report.imports));
  }
  if (USES.some((part) => parts.has(part))) await benchUse(world, backend, options, report);
  return report;
}

/** Measures the parts that need a complete index. */
async function benchUse(
  world: World,
  backend: Backend,
  options: BenchOptions,
  report: BackendReport,
): Promise<void> {
  const {parts, queries, shape, pushes, hookPushes} = options;
  await using installed = await installWhole(world, backend);
  if (parts.has('search')) {
    report.searches = await benchSearches(world, installed, {queries, seed: shape.seed});
    show(renderSearches(report.searches));
    report.branch = await benchBranch(world, installed);
    show(renderBranch(report.branch));
    report.line = await benchLine(world, installed);
    show(renderLine(report.line));
  }
  if (parts.has('push')) {
    report.pushes = await benchPushes(world, installed, pushes);
    show(renderPushes(report.pushes));
  }
  if (parts.has('hook')) {
    report.hook = await benchHook(world, backend, installed, hookPushes);
    show(renderHook(report.hook));
  }
  if (parts.has('serve')) {
    const {requests: requestsPerPhase, serveRounds: rounds} = options;
    report.serve = await benchServe({world, installed, shape, rounds, requestsPerPhase});
    show(renderServe(report.serve));
  }
  if (parts.has('hostile')) {
    report.hostile = await benchHostile(world, installed);
    show(renderHostile(report.hostile));
  }
}

function show(table: string): void {
  process.stdout.write(`\n${table}`);
}
