import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {commitsOf, hrefsOf, mainOf, textOf} from '../support/explorer-html.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

interface Answer {
  readonly kind: string;
  readonly ref: string | null;
  readonly revisions: readonly {readonly ref: string | null}[];
  readonly commits: readonly {readonly oid: string; readonly subject: string; readonly paths: string[]}[];
  readonly nextCursor: string | null;
  readonly hitsLeftOut: number;
  readonly notes: readonly string[];
  readonly scan: object | null;
}

const PEOPLE = ['Ada Example <ada@example.org>', 'Zoë Ångström <zoe@example.org>', 'Bot <bot@example.org>'];

function commitHistory(rig: CtrRig): void {
  let at = 0;
  const commit = (message: string, files: Record<string, string | undefined>) => {
    rig.write(files);
    rig.git('add', '--all');
    rig.git('commit', '--quiet', '--author', PEOPLE[at++ % 3]!, '--message', message);
  };
  commit('First pages', {'docs/a.md': 'limit => {\n', 'src/a.ts': 'a\n'});
  commit('Fix retry() of getUserName\n\nSee the backoff.', {'src/a.ts': 'limit => {\nlimit => {\n'});
  commit('Größe of pages', {'docs/b.md': 'b\n'});
  rig.git('tag', 'v1');
  rig.git('switch', '--quiet', '--create', 'next');
  commit('retry: fix it again', {'docs/a.md': 'Limit => {\n'});
  commit('Bump the backoff', {'docs/b.md': 'bb\n'});
  commit('Say how often is retried', {'src/b.ts': 'fix\n'});
  rig.git('switch', '--quiet', 'main');
  commit('On main, fix', {'src/main.ts': 'limit\n'});
  rig.merge('next', '--no-ff');
  commit('After the merge', {'src/a.ts': undefined});
  rig.git('switch', '--quiet', '--create', 'other', 'v1');
  commit('Only on other: retry', {'other.md': 'limit => {\n'});
  rig.git('switch', '--quiet', 'main');
}

const word = (text: string) => `--grep=(^|[^[:alnum:]])${text}($|[^[:alnum:]])`;

/** Queries, and how Git is asked for the same commits. */
const CASES: readonly [query: string, git: readonly string[]][] = [
  ['author:ada', ['--author=ada']],
  ['by:"ada example <ada@"', ['--author=Ada Example <ada@']],
  ['author:ada author:zoë', ['--author=ada', '--author=zoë']],
  ['type:commit', []],
  ['type:commit fix', [word('fix')]],
  ['retry fix type:commit', [word('fix'), word('retry'), '--all-match']],
  ['(retry OR pages) type:commit', [word('retry'), word('pages')]],
  ['type:commit "fix it again"', [word('fix it again')]],
  ['type:commit retr*', [word('retr[a-z]*')]],
  ['type:commit groesse', ['--grep=never']],
  ['type:commit grosse', ['--grep=Größe']],
  ['type:commit "user name"', ['--grep=getUserName']],
  ['message:"retry()"', ['--grep=retry\\(\\)']],
  ['message:backoff author:zoë', ['--grep=backoff', '--author=zoë']],
  ['-author:bot type:commit', ['--author=^(Ada|Zoë|A U Thor)']],
  ['-message:fix', ['--invert-grep', '--grep=fix']],
  ['changed:docs', ['--full-history', '--no-merges', '--', 'docs']],
  ['changed:src/a.ts author:ada', ['--full-history', '--no-merges', '--author=ada', '--', 'src/a.ts']],
  ['sub:"limit => {" type:commit case:yes', ['--no-renames', '-Slimit => {']],
  ['sub:"limit => {" type:commit', ['--no-renames', '-i', '-Slimit => {']],
  ['sub:limit author:ada changed:src', ['--full-history', '-i', '--author=ada', '-Slimit', '--', 'src']],
  ['rev:next type:commit', ['next']],
  ['rev:v1 rev:other type:commit', ['v1', 'other']],
  ['only-in:next not-in:v1 type:commit', ['next', '^v1']],
  ['only-in:other type:commit', ['other', '--not', 'main', 'next', 'v1']],
  ['added-since:v1 fix type:commit', ['main', '^v1', word('fix')]],
  ['repo:nothing author:ada', ['--grep=never']],
];

describeBackends('commits in queries', (backend) => {
  test('are those that git log gives, by the command, the API and the explorer', async () => {
    await using rig = new CtrRig(backend);
    commitHistory(rig);
    rig.push('--all');
    rig.push('--tags');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const gitLog = (...options: string[]) =>
      rig
        .git('log', '-E', '-i', '--date-order', '--format=%H', ...options)
        .split('\n')
        .filter(Boolean);
    const [late, , early] = rig.git('log', '--date-order', '--format=%cI', '-n', '9').split('\n');
    const cases = [
      ...CASES,
      [`after:${early}`, [`--since-as-filter=${early}`]],
      [`after:${early} before:${late}`, [`--since-as-filter=${early}`, `--until=${late}`]],
      ['before:2023-11-01', ['--until=2023-11-01']],
      ['before:2023-11-14', []],
    ] as const;
    for (const [query, options] of cases) {
      const isExact = query.includes('case:yes');
      const given = isExact
        ? rig.git('log', '--date-order', '--format=%H', ...options).split('\n')
        : gitLog(...options);
      const answer = await rig.json<Answer>('search', query);
      assert.deepEqual([answer.kind, oidsOf(answer)], ['commits', given], query);
      const {kind, commits} = await web.json<Answer>(
        `/repo/head/search?${new URLSearchParams({q: query, limit: '100'})}`,
      );
      assert.deepEqual([kind, oidsOf({commits})], ['commits', given], query);
      const page = await readPage(web, {q: query});
      assert.deepEqual(commitsOf(page), given, query);
      assert.match(currentTab(page), /^Commits$/, query);
    }
    const everywhere = await rig.json<Answer>('search', '--every-version', 'retry type:commit');
    assert.deepEqual(oidsOf(everywhere).toSorted(), gitLog('--all', word('retry')).toSorted());
    assert.deepEqual(everywhere.revisions, []);
    const relative = await rig.json<Answer>('search', 'author:ada after:"100 years ago"');
    assert.deepEqual(oidsOf(relative), gitLog('--author=ada'));
    const several = await rig.json<Answer>('search', 'author:ada', '--ref', 'v1', '--ref', 'other');
    assert.deepEqual(oidsOf(several), gitLog('--author=ada', 'v1', 'other'));
    assert.deepEqual(
      several.revisions.map(({ref}) => ref),
      ['refs/tags/v1', 'refs/heads/other'],
    );
  });

  test('come in pages of the same commits, and within a number of bytes', async () => {
    await using rig = new CtrRig(backend);
    for (let at = 0; at < 30; at++) rig.commit(`retry ${at}`, {[`a${at}.txt`]: 'a\n'});
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const wanted = rig.git('log', '--format=%H').split('\n');
    const first = await rig.json<Answer>('search', 'retry type:commit', '--limit', '12');
    rig.commit('retry once more', {'b.txt': 'b\n'});
    rig.push('main');
    await rig.sync();
    const another = await rig.tryCtr('search', 'retry', 'author:ada', '--cursor', first.nextCursor!);
    assert.match(another.stderr, /the cursor is of another query/);
    const next = await rig.json<Answer>(
      'search',
      'retry type:commit',
      '--limit',
      '100',
      '--cursor',
      first.nextCursor!,
    );
    assert.deepEqual([...oidsOf(first), ...oidsOf(next)], wanted);
    assert.equal(next.nextCursor, null);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await web.json(
        `/repo/head/search?q=type:commit&limit=9&maxBytes=2000${cursor && `&cursor=${cursor}`}`,
      );
      assert.ok(page['commits'].length + page['hitsLeftOut'] <= 9);
      assert.ok(Buffer.byteLength(JSON.stringify(page['commits'])) <= 2001);
      found.push(...oidsOf(page as Answer));
      cursor = page['nextCursor'] as string | null;
    }
    assert.equal(found.length, 31);
    assert.deepEqual(found.slice(1), wanted);
    const shown = await readPage(web, {q: 'retry', type: 'commits', limit: '20'});
    assert.equal(commitsOf(shown).length, 20);
    const older = hrefsOf(mainOf(shown)).find((href) => href.includes('cursor='))!;
    assert.equal(commitsOf(await (await web.app.request(older)).text()).length, 11);
    const plain = await rig.ctr('search', 'type:commit', 'retry', '--limit', '2');
    assert.match(
      plain.stdout.toString(),
      /^\w{10} \d{4}-\d\d-\d\d A U Thor: retry once more\n\w{10} .*: retry 29\n$/,
    );
    assert.match(plain.stderr, /^2 commits in refs\/heads\/main, there are more \(--limit\), \d+ ms\n$/);
  });

  test('have a tab of their own; mixed with conditions of files they are refused', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('retry in the message', {'a.md': 'retry in the text\n'});
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const files = await readPage(web, {q: 'retry'});
    assert.equal(currentTab(files), 'Files');
    const toCommits = hrefsOf(mainOf(files)).find((href) => href.includes('type=commits'))!;
    const commits = await (await web.app.request(toCommits)).text();
    assert.deepEqual([currentTab(commits), commitsOf(commits).length], ['Commits', 1]);
    assert.match(commits, /<input type="hidden" name="type" value="commits">/);
    assert.match(mainOf(await readPage(web, {q: 'text', type: 'commits'})), /No commit matches/);
    assert.equal((await web.json('/repo/head/search?q=retry'))['kind'], 'files');
    assert.equal((await rig.json<Answer>('search', 'retry')).kind, 'files');
    const refused = await rig.tryCtr('search', 'author:ada ext:md');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /ext: is about files, and author: is about commits, at character 12/);
    const problem = await web.ask('/repo/head/search?q=author:ada+ext:md');
    assert.deepEqual([problem.status, ((await problem.json()) as Json)['code']], [400, 'QUERY']);
    const page = await web.app.request('/repo/search?q=author:ada+ext:md');
    assert.deepEqual([page.status, /ext: is about files/.test(await page.text())], [400, true]);
    for (const all of [await web.ask('/search?q=author:ada'), await web.app.request('/?q=author:ada')])
      assert.match(await all.text(), /author: is about commits, not about files/);
    const site = await rig.tryCtr('search', '--all', rig.root, 'author:ada');
    assert.match(site.stderr, /author: is about commits, not about files, at character 1/);
  });
});

function oidsOf({commits}: Pick<Answer, 'commits'>): string[] {
  return commits.map(({oid}) => oid);
}

async function readPage(web: WebRig, query: Record<string, string>): Promise<string> {
  const answer = await web.app.request(`/repo/search?${new URLSearchParams(query)}`);
  assert.equal(answer.status, 200, JSON.stringify(query));
  return answer.text();
}

function currentTab(page: string): string {
  const tabs = /<nav class="tabs" aria-label="What is searched">.*?<\/nav>/s.exec(page)![0];
  return textOf(/<a [^>]*aria-current="page">.*?<\/a>/.exec(tabs)![0]);
}
