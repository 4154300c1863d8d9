import {type Call, verb} from './define-command.ts';

export const register = verb(
  'reindex',
  'build the whole index again next to the old one, without a gap for readers',
)
  .waits('how long to wait at the end for a sync that runs')
  .run(async ({context, output, exit, openRepository, waitAtMost}: Call, {wait}: {wait: number}) => {
    const {runReindex} = await import('../../app/run-reindex.ts');
    const {exitCodeOf} = await import('../../app/sync/run-sync.ts');
    const {openReindexRenderer} = await import('../render/render-reindex.ts');
    const onEvent = openReindexRenderer(output);
    const summary = await runReindex(context, await openRepository(), {...waitAtMost(wait), onEvent});
    exit(exitCodeOf(summary));
  });
