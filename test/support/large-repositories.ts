/**
 * Scripts for `git fast-import` that make, in a second or two, what is large in one way: files, refs, one folder.
 * Everything in them follows from the counts, so that a test can say what must be found.
 */

const HOUR_SECONDS = 3600;
const BEGIN_SECONDS = 1_700_000_000;

/** The path of the file with this number: 200 folders with names of different lengths, upper and lower case. */
export function manyFilesPath(at: number): string {
  const folder = at % 200;
  return `${folder % 2 === 0 ? 'pages' : 'Sources'}/part-${folder}/${folder % 3 === 0 ? 'deep/er/' : ''}File-${at}.md`;
}

/** One commit on main with `count` files, and `more` by path. All contents are one of few lines. */
export function manyFiles(count: number, more: Readonly<Record<string, string>> = {}): string {
  const files = Array.from({length: count}, (_, at) => file(manyFilesPath(at), `page ${at % 50}\n`));
  const others = Object.entries(more).map(([path, content]) => file(path, content));
  return commitOn('refs/heads/main', {message: 'Many files', hour: 0}) + files.join('') + others.join('');
}

/** One commit on main with a folder `wide` of `files` files and `folders` folders, and a file next to it. */
export function wideFolder({files, folders}: {files: number; folders: number}): string {
  const inside = Array.from({length: files}, (_, at) => file(`wide/entry-${at}.txt`, `entry ${at % 50}\n`));
  const below = Array.from({length: folders}, (_, at) => file(`wide/sub-${at}/inner.txt`, 'inner\n'));
  const readme = file('wide/README.md', '# A wide folder\n') + file('top.txt', 'top\n');
  return [commitOn('refs/heads/main', {message: 'A wide folder', hour: 0}), ...inside, ...below, readme].join(
    '',
  );
}

/**
 * A main of two commits; branches `topic/<n>`, each with a commit of its own on main's first one, an hour younger
 * than the one before; and tags `v0.<n>.0` on main, lightweight ones.
 */
export function manyRefs({branches, tags}: {branches: number; tags: number}): string {
  const main =
    commitOn('refs/heads/main', {message: 'Begin', hour: 0, mark: 1}) +
    file('a.txt', 'one\n') +
    commitOn('refs/heads/main', {message: 'Go on', hour: 1, mark: 2, from: 1}) +
    file('a.txt', 'two\n');
  const topics = Array.from(
    {length: branches},
    (_, at) =>
      commitOn(`refs/heads/topic/${at}`, {message: `Work on topic ${at}`, hour: 2 + at, from: 1}) +
      file(`topic-${at % 10}.txt`, `topic ${at}\n`),
  );
  const versions = Array.from({length: tags}, (_, at) => `reset refs/tags/v0.${at}.0\nfrom :2\n\n`);
  return main + topics.join('') + versions.join('');
}

function commitOn(
  ref: string,
  {message, hour, mark, from}: {message: string; hour: number; mark?: number; from?: number},
): string {
  const who = `A U Thor <author@example.com> ${BEGIN_SECONDS + hour * HOUR_SECONDS} +0200`;
  return [
    // A branch that begins at a mark is a new one, with or without an earlier one.
    `commit ${ref}\n`,
    mark === undefined ? '' : `mark :${mark}\n`,
    `author ${who}\ncommitter ${who}\n`,
    `data ${Buffer.byteLength(message)}\n${message}\n`,
    from === undefined ? '' : `from :${from}\n`,
  ].join('');
}

function file(path: string, content: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
}
