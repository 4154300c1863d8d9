import type {runForget} from '../../app/forget/run-forget.ts';
import type {ForgetTarget} from '../../sync/removal/forget.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {renderForget} from '../render/render-forget.ts';
import {type Call, verb} from './define-command.ts';

const EXIT_FINDINGS = 1;
const EXIT_BACKEND = 4;

export const register = verb(
  'forget <path-or-oid>',
  'remove every trace of content that was removed from Git',
)
  .option('--path', 'take it for a path, although it looks like a blob oid')
  .waits('how long to wait for a running sync')
  .run(async (call: Call, name: string, options: {path?: true; wait: number}) => {
    const forget = await import('../../app/forget/run-forget.ts');
    const workspace = await call.openRepository();
    const target = parseTarget(name, options);
    const result = await forget.runForget(call.context, workspace, target, call.waitAtMost(options.wait));
    renderForget(result, call.output);
    call.exit(exitCodeOf(result));
  });

/** 0 says that it was there, and is nowhere any more where ctr can look. */
function exitCodeOf(result: Awaited<ReturnType<typeof runForget>>): number {
  if ('reachedBy' in result) return EXIT_FINDINGS;
  if (result.stores.some(({state}) => state === 'unreachable')) return EXIT_BACKEND;
  const isCertain = result.notExpunged === null && result.unfinished.notListed === null;
  return result.wasFound && isCertain ? 0 : EXIT_FINDINGS;
}

/** @throws USAGE for an empty path, and for an oid that is not whole: taken for a path, it would be found nowhere, and called forgotten. */
function parseTarget(name: string, {path: isPath}: {path?: true}): ForgetTarget {
  if (!isPath && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)) return {oid: name.toLowerCase()};
  const path = name.replace(/^\/+|\/+$/g, '');
  if (path === '') {
    throw new CtrError('USAGE', 'no path is named', {hint: 'Name a file, a directory or the oid of a blob.'});
  }
  if (isPath || !/^[0-9a-f]{7,64}$/i.test(name)) return {path};
  throw new CtrError('USAGE', `${name} looks like a part of an oid`, {
    hint: 'Give all its digits (git rev-parse), or --path where it is a path.',
  });
}
