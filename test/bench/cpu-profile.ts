import {readFileSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import {alignTable, formatNumber} from './print-table.ts';

const TOP = 25;

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly children?: readonly number[];
  readonly callFrame: {readonly functionName: string; readonly url: string; readonly lineNumber: number};
}

/** Arguments that make a node process write its CPU profile to `file`, and create its folder. */
export function profileArgs(file: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${dirname(file)}`, `--cpu-prof-name=${basename(file)}`];
}

/** The functions of a CPU profile in which most time passed: they and all they called, and they alone. */
export function summarizeProfile(file: string): string {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({id, children = []}) => children.map((child) => [child, id])),
  );
  const own = new Map<string, number>();
  const inclusive = new Map<string, number>();
  let all = 0;
  for (const [at, sample] of profile.samples.entries()) {
    const spent = profile.timeDeltas[at]!;
    all += spent;
    add(own, nameOf(nodes.get(sample)!), spent);
    for (const name of stackOf(sample, nodes, parents)) add(inclusive, name, spent);
  }
  const percent = (spent = 0) => formatNumber((spent / all) * 100);
  const top = [...inclusive].sort(([, a], [, b]) => b - a).slice(0, TOP);
  const rows = top.map(([name, spent]) => [name, percent(spent), percent(own.get(name))]);
  return alignTable([`profile ${basename(file)}`, '%', 'itself %'], rows);
}

/** The functions on the stack, each once however often it called itself. */
function stackOf(
  sample: number,
  nodes: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): Set<string> {
  const names = new Set<string>();
  for (let id: number | undefined = sample; id !== undefined; id = parents.get(id))
    names.add(nameOf(nodes.get(id)!));
  return names;
}

function nameOf({callFrame: {functionName, url, lineNumber}}: ProfileNode): string {
  const place = url === '' ? '' : ` ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
  return `${functionName || '(anonymous)'}${place}`;
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}
