import {displayPath} from '../../domain/path.ts';
import {type Call, REF, verb} from './define-command.ts';

export const register = verb('ls [path]', 'list a directory of a branch, a tag or a commit')
  .addOption(REF)
  .option('-r, --recursive', 'every file below it')
  .option('-l, --long', 'with mode, type, oid and size')
  .run(
    async (
      {output, read}: Call,
      path: string | undefined,
      {ref, recursive, long}: {ref?: string; recursive?: true; long?: true},
    ) => {
      const {listDirectory} = await import('../../read/list-directory.ts');
      const isRecursive = recursive === true;
      const listing = await read((reader) => listDirectory(reader, {path: path ?? '', ref, isRecursive}));
      if (output.isJson) return output.json(listing);
      for (const {name, path: full, type, mode, oid, sizeBytes} of listing.entries) {
        const shown = displayPath(isRecursive ? full : name) + (type === 'tree' ? '/' : '');
        const size = String(sizeBytes ?? '-').padStart(8);
        output.line(long ? `${mode} ${type} ${oid ?? '-'.repeat(40)} ${size}  ${shown}` : shown);
      }
    },
  );
