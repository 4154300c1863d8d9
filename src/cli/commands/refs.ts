import {displayPath} from '../../domain/path.ts';
import {type Call, verb} from './define-command.ts';

export const register = verb('refs', 'list the branches, tags and other refs that are indexed').run(
  async ({output, read}: Call) => {
    const {listRefs} = await import('../../read/list-refs.ts');
    const refs = await read(listRefs);
    if (output.isJson) return output.json({refs});
    for (const {name, commit, entries, reason} of refs) {
      const why = reason ? `  (${reason})` : '';
      output.line(`${commit ?? '-'.repeat(40)} ${String(entries).padStart(7)}  ${displayPath(name)}${why}`);
    }
  },
);
