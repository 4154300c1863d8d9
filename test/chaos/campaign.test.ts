import {test} from 'node:test';
import {describeBackends} from '../support/ctr-rig.ts';
import {runCampaign} from './campaign/run-campaign.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Without the variable as many as there are faults: each is met once. */
const ROUNDS = Number(process.env['CTR_TEST_ROUNDS'] ?? 24);

describeBackends('a campaign of faults', (backend) => {
  if (backend !== 'embedded' && backend !== 'servers') return;
  test(`${ROUNDS} rounds, seed ${SEED}`, async (t) => {
    await runCampaign({backend, seed: SEED, rounds: ROUNDS}, async (round) => {
      await t.test(round.name, async (subtest) => subtest.diagnostic(await round.run()));
    });
  });
});
