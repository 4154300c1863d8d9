import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {displayPath} from '../../domain/path.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  defineCommand(program, 'ls [path]', 'list a directory of a branch, a tag or a commit')
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)')
    .option('-r, --recursive', 'every file below it', false)
    .option('-l, --long', 'with mode, type, oid and size', false)
    .action(
      async (
        path: string | undefined,
        options: {ref?: string; recursive: boolean; long: boolean},
        command,
      ) => {
        const {listDirectory} = await import('../../read/list-directory.ts');
        const common = commonOptions(command);
        const output = openOutput(context, common);
        const listing = await withReader(await openWorkspace(context, common), (reader) =>
          listDirectory(reader, {path: path ?? '', ref: options.ref, isRecursive: options.recursive}),
        );
        if (output.isJson) return output.json(listing);
        for (const {name, path: full, type, mode, oid, sizeBytes} of listing.entries) {
          const shown = displayPath(options.recursive ? full : name) + (type === 'tree' ? '/' : '');
          output.line(
            options.long
              ? `${mode} ${type} ${oid ?? '-'.repeat(40)} ${String(sizeBytes ?? '-').padStart(8)}  ${shown}`
              : shown,
          );
        }
      },
    );
};
