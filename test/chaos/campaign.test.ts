import {test} from 'node:test';
import {describeBackends} from '../support/ctr-rig.ts';
import {runCampaign} from './campaign/run-campaign.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? Date.now() % 1_000_000);
/** How many faults where the variable says nothing: embedded each one, of the servers' some, which cost seconds. */
const ROUNDS_SHORT = {embedded: 24, servers: 12};

describeBackends('a campaign of faults', (backend) => {
  if (backend !== 'embedded' && backend !== 'servers') return;
  const rounds = Number(process.env['CTR_TEST_ROUNDS'] ?? ROUNDS_SHORT[backend]);
  test(`${rounds} rounds, seed ${SEED}`, async (t) => {
    await runCampaign({backend, seed: SEED, rounds}, async (round) => {
      await t.test(round.name, async (subtest) => subtest.diagnostic(await round.run()));
    });
  });
});
