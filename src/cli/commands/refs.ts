import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {displayPath} from '../../domain/path.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  defineCommand(program, 'refs', 'list the branches, tags and other refs that are indexed').action(
    async (_options: unknown, command) => {
      const {listRefs} = await import('../../read/list-refs.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const refs = await withReader(await openWorkspace(context, common), listRefs);
      if (output.isJson) return output.json({refs});
      for (const {name, commit, entries, reason} of refs) {
        output.line(
          `${commit ?? '-'.repeat(40)} ${String(entries).padStart(7)}  ${displayPath(name)}${reason ? `  (${reason})` : ''}`,
        );
      }
    },
  );
};
