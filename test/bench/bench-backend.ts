import type {Backend} from './backend.ts';
import {type BranchReport, benchBranch} from './bench-branch.ts';
import {benchHook, type HookReport} from './bench-hook.ts';
import {benchImports, type ImportReport} from './bench-import.ts';
import {benchPushes, type PushReport} from './bench-push.ts';
import {benchSearches, type SearchTime} from './bench-search.ts';
import {purge} from './install.ts';
import {installWhole} from './installed.ts';
import type {BackendKind, BenchOptions} from './options.ts';
import {renderImports} from './render-import.ts';
import {renderBranch, renderHook, renderPushes, renderSearches} from './render-use.ts';
import type {World} from './world.ts';

export interface BackendReport {
  readonly backend: BackendKind;
  readonly title: string;
  imports?: readonly ImportReport[];
  pushes?: PushReport;
  hook?: readonly HookReport[];
  searches?: readonly SearchTime[];
  branch?: BranchReport;
}

/** Measures one backend, and shows each part as soon as it is known. */
export async function benchBackend(
  world: World,
  backend: Backend,
  options: BenchOptions,
): Promise<BackendReport> {
  const show = (table: string) => process.stdout.write(`\n${table}`);
  show(`== ${backend.kind}: ${backend.title} ==\n`);
  const report: BackendReport = {backend: backend.kind, title: backend.title};
  if (options.parts.has('import'))
    show(renderImports((report.imports = await benchImports(world, backend, options))));
  if (['push', 'hook', 'search'].some((part) => options.parts.has(part as never)))
    await benchUse(world, backend, options, {report, show});
  return report;
}

/** What happens once everything is indexed. */
async function benchUse(
  world: World,
  backend: Backend,
  {parts, pushes, hookPushes, queries, shape}: BenchOptions,
  {report, show}: {report: BackendReport; show: (table: string) => void},
): Promise<void> {
  const installed = await installWhole(world, backend);
  try {
    if (parts.has('search')) {
      show(
        renderSearches(
          (report.searches = await benchSearches(world, installed, {queries, seed: shape.seed})),
        ),
      );
      show(renderBranch((report.branch = await benchBranch(world, installed))));
    }
    if (parts.has('push')) show(renderPushes((report.pushes = await benchPushes(world, installed, pushes))));
    if (parts.has('hook'))
      show(renderHook((report.hook = await benchHook(world, backend, installed, hookPushes))));
  } finally {
    await purge(world, installed.gitDir);
  }
}
