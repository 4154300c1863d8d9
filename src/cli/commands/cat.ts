import {pipeline} from 'node:stream/promises';
import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  defineCommand(program, 'cat <path>', 'write the exact bytes of a file (with --json: what is known of it)')
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)')
    .action(async (path: string, options: {ref?: string}, command) => {
      const {describeFile, readFile} = await import('../../read/read-file.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      await withReader(await openWorkspace(context, common), async (reader) => {
        if (output.isJson) return output.json(await describeFile(reader, {path, ref: options.ref}));
        const {bytes} = await readFile(reader, {path, ref: options.ref});
        // Not ours to end: the process still has words for stderr, and a test reads the stream on.
        await pipeline(bytes, context.stdout, {end: false});
      });
    });
};
