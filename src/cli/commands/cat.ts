import {pipeline} from 'node:stream/promises';
import {type Call, REF, verb} from './define-command.ts';

export const register = verb(
  'cat <path>',
  'write the exact bytes of a file (with --json: what is known of it)',
)
  .addOption(REF)
  .run(async ({context, output, read}: Call, path: string, {ref}: {ref?: string}) => {
    const {describeFile, readFile} = await import('../../read/read-file.ts');
    await read(async (reader) => {
      if (output.isJson) return output.json(await describeFile(reader, {path, ref}));
      const {bytes} = await readFile(reader, {path, ref});
      // Not ours to end: the process still has words for stderr, and a test reads the stream on.
      await pipeline(bytes, context.stdout, {end: false});
    });
  });
