import type {Backend} from './backend.ts';
import {benchImports, type ImportReport} from './bench-import.ts';
import type {BackendKind, BenchOptions} from './options.ts';
import {renderImports} from './render-import.ts';
import type {World} from './world.ts';

export interface BackendReport {
  readonly backend: BackendKind;
  readonly title: string;
  readonly imports?: readonly ImportReport[];
}

/** Measures one backend, and shows each part as soon as it is known. */
export async function benchBackend(world: World, backend: Backend, options: BenchOptions): Promise<BackendReport> {
  process.stdout.write(`\n== ${backend.kind}: ${backend.title} ==\n\n`);
  const imports = options.parts.has('import') ? await benchImports(world, backend, options) : undefined;
  if (imports) process.stdout.write(renderImports(imports));
  return {backend: backend.kind, title: backend.title, ...(imports && {imports})};
}
