import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

/** A sync starts this command; users need not. */
export const register: Register = (program, context) => {
  defineCommand(program, 'deliver', 'deliver the events that wait', {isHidden: true}).action(
    async (_options: unknown, command) => {
      const {runDelivery} = await import('../../app/event-delivery.ts');
      await runDelivery(context, await openRepositoryWorkspace(context, commonOptions(command)));
    },
  );
};
