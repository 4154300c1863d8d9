import {z} from 'zod';
import {readFrontMatter} from '../../../domain/front-matter.ts';
import {openFile} from '../../../read/read-file.ts';
import {defineEndpoint} from '../endpoint.ts';
import {ENTRY_KIND, FLAG, FRONT_MATTER_FIELD, OID, PATH, SHOWN} from '../schemas.ts';

export const showFile = defineEndpoint(
  {
    id: 'showFile',
    word: 'file',
    summary: 'What the index knows of a file: metadata, text, front matter',
    path: 'required',
    query: z.strictObject({
      text: FLAG.default(true).meta({description: 'With its text and front matter'}),
    }),
    answer: z.strictObject({
      ...SHOWN,
      path: PATH,
      mode: z.string(),
      oid: OID,
      sizeBytes: z.int(),
      kind: ENTRY_KIND,
      mime: z.string(),
      language: z.string().nullable(),
      encoding: z.string().nullable().meta({description: 'What the text was decoded from'}),
      title: z.string().nullable(),
      notIndexed: z
        .enum(['binary', 'too-large', 'excluded', 'unreadable', 'refused'])
        .nullable()
        .meta({description: 'Why there is no text'}),
      introducedBy: OID.meta({
        description: 'First commit, in the order of indexing, that showed this version',
      }),
      text: z.string().nullable(),
      isTextExact: z.boolean().meta({description: 'Whether the text in UTF-8 is byte for byte the file'}),
      frontMatter: z.array(FRONT_MATTER_FIELD),
    }),
    isPinned: true,
    isDerived: true,
  },
  async ({reader, revision, shown, path, query: {text: isTextWanted}}) => {
    const {description, content} = await openFile(reader, {path, ref: revision});
    const {
      objectKey,
      language,
      encoding,
      title,
      notIndexed,
      ref: _ref,
      commit: _commit,
      ...rest
    } = description;
    const text = isTextWanted ? content : undefined;
    return {
      ...shown,
      ...rest,
      language: language ?? null,
      encoding: encoding ?? null,
      title: title ?? null,
      notIndexed: notIndexed ?? null,
      text: text ?? null,
      isTextExact: content !== undefined && objectKey === undefined,
      frontMatter: text === undefined ? [] : readFrontMatter(text).fields,
    };
  },
);
