import {type Call, verb} from './define-command.ts';

/** A sync starts this command; users need not. */
export const register = verb('deliver', 'deliver the events that wait', {isHidden: true}).run(
  async ({context, openRepository}: Call) => {
    const {runDelivery} = await import('../../app/event-delivery.ts');
    await runDelivery(context, await openRepository());
  },
);
