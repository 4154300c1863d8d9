/** For `git fast-import`: commits that change some of many files, with a second branch that is merged now and then. */
export function longHistory(commits: number): string {
  const lines: string[] = [];
  const text = 'lorem ipsum dolor sit amet '.repeat(60);
  for (let i = 0; i < commits; i++) {
    const ref = i % 10 < 7 ? 'main' : 'side';
    lines.push(
      `commit refs/heads/${ref}`,
      `committer C <c@e.org> ${1_700_000_000 + i} +0000`,
      'data 2',
      'x\n',
    );
    if (i === 7) lines.push('from refs/heads/main');
    if (i % 10 === 0 && i > 10) lines.push('merge refs/heads/side');
    for (const name of [`d${i % 50}/f${i % 400}.txt`, `n/f${i}.md`]) {
      const content = `${text}${name} at ${i}\n`;
      lines.push(`M 100644 inline ${name}`, `data ${Buffer.byteLength(content)}`, content);
    }
    lines.push('');
  }
  return lines.join('\n');
}
