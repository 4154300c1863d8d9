import type {Examination, VerifyDeps, VerifyOptions} from './examination.ts';
import {examine} from './examine.ts';
import type {Verification} from './findings.ts';

/**
 * Proves the index against Git, both ways: nothing is missing, nothing is extra, everything is as it would be
 * written. A look that was meant to be a sample and finds something becomes a complete one, since only that can name
 * what is wrong. Changes nothing. The caller holds the repository's lock.
 */
export async function verify(deps: VerifyDeps, options: VerifyOptions): Promise<Verification> {
  return (await verifyAndExamine(deps, options)).verification;
}

export async function verifyAndExamine(
  deps: VerifyDeps,
  options: VerifyOptions,
): Promise<{verification: Verification; exam: Examination}> {
  const startedAt = deps.now().getTime();
  let exam = await examine(deps, options);
  const isUnclear = exam.findings.length > 0 || exam.isDoubtful;
  if (isUnclear && !options.allCommits) exam = await examine(deps, {...options, allCommits: true});
  const {findings, notes, checked} = exam;
  const uniqueNotes = withoutRepeats(notes);
  const verification: Verification = {
    type: 'verification',
    ok: findings.length === 0,
    checked,
    findings,
    notes: uniqueNotes,
    unproven: uniqueNotes.filter(({kind}) => kind === 'unreadable').length,
    seed: options.seed,
    isComplete: exam.options.allCommits,
    elapsedMs: deps.now().getTime() - startedAt,
  };
  return {verification, exam};
}

function withoutRepeats<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}
