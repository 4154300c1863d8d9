import {streamRevList} from '../../git/rev-list.ts';
import type {Observation} from '../observe.ts';
import type {CommitAudit} from './commit-audit.ts';
import type {Examination, VerifyDeps} from './examination.ts';
import type {GitSide} from './git-side.ts';
import type {RefAudit} from './ref-audit.ts';

const SAMPLE_COMMITS = 100;

/**
 * The tips of what the index must hold: all that refs reach on which both sides agree; of the others what the index shows, and
 * what Git has if that is stored already: its ref alone may be lost. Nothing that Git cannot read.
 */
export async function chooseTips(
  {store, settings}: VerifyDeps,
  {wanted, moves}: Observation,
  {peeled, damaged}: GitSide,
): Promise<string[]> {
  const commitAt = (target: string | undefined) => {
    const found = target === undefined ? undefined : peeled.get(target);
    return found && 'commit' in found && !damaged.has(found.commit) ? [found.commit] : [];
  };
  const behind = new Set(moves.map(({name}) => name));
  const agreed = [...wanted].filter(([name]) => !behind.has(name)).flatMap(([, target]) => commitAt(target));
  const before = moves.flatMap((move) => (move.kind === 'create' ? [] : commitAt(move.from)));
  const next = moves.flatMap((move) => (move.kind === 'delete' ? [] : commitAt(move.to)));
  const stored = next.length === 0 ? new Set<string>() : await store.readKnownCommits(settings.repo, next);
  return [...new Set([...agreed, ...before, ...stored])];
}

/**
 * The commits whose records and trees are compared, parents first: all, or evenly chosen ones, those that refs show, and
 * the keyframes of these.
 */
export async function chooseCommits(
  exam: Examination,
  {commits, refs}: {commits: CommitAudit; refs: RefAudit},
): Promise<string[]> {
  const {allCommits, seed} = exam.options;
  const step = allCommits ? 1 : Math.max(1, Math.ceil(commits.total / SAMPLE_COMMITS));
  const tips = new Set(refs.commits);
  const chosen: string[] = [];
  let place = 0;
  for await (const chunk of streamRevList(exam.deps.repository, exam.range))
    for (const {oid} of chunk) if ((place++ + seed) % step === 0 || tips.has(oid)) chosen.push(oid);
  if (allCommits) return chosen;
  const documents = await commits.readDocuments(chosen);
  const bases = [...documents.values()].flatMap(({record}) => record?.snapshot?.base ?? []);
  const placed = [...new Set([...chosen, ...bases])].filter((oid) => commits.placeOf(oid) !== undefined);
  return placed.sort((a, b) => commits.placeOf(a)! - commits.placeOf(b)!);
}
