import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {commitsOf} from '../support/explorer-html.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

interface Log {
  readonly commits: readonly {readonly oid: string}[];
}

const PEOPLE = ['Ada Example <ada@example.org>', 'Zoë Ångström <zoe@example.org>', 'Bob <bob@[10.0.0.1]>'];

/** Three branches, merged into main. */
function commitHistory(rig: CtrRig): void {
  const commit = (at: number, message: string, path: string) => {
    rig.write({[path]: `${message} ${at}\n`});
    rig.git('add', '--all');
    rig.git('commit', '--quiet', '--author', PEOPLE[at % 3]!, '--message', message);
  };
  commit(0, 'First pages', 'docs/a.md');
  for (const branch of ['one', 'two']) {
    rig.git('switch', '--quiet', '--create', branch, 'main');
    for (let at = 0; at < 4; at++)
      commit(
        at,
        `${branch}: fix retry() no. ${at}\n\nSee [x.*]; Größe of ${branch}.`,
        `docs/${branch}-${at}.md`,
      );
  }
  rig.git('switch', '--quiet', 'main');
  commit(1, 'Say how often is retried', 'src/a.ts');
  for (const branch of ['one', 'two']) rig.merge(branch, '--no-ff');
  commit(2, 'Last words', 'docs/a.md');
}

describeBackends('the filters of log', (backend) => {
  test('give the commits that git log gives', async () => {
    await using rig = new CtrRig(backend);
    commitHistory(rig);
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const times = rig.git('log', '--date-order', '--format=%cI').split('\n');
    const [late, early] = [times[3]!, times[8]!];
    const questions: Question[] = [
      {author: 'ada'},
      {author: 'ADA EX'},
      {author: 'Example <ada'},
      {author: 'Ångström'},
      {author: '[10.0'},
      {author: 'nobody'},
      {grep: 'RETRY()'},
      {grep: 'etr'},
      {grep: '[x.*]; größe'},
      {grep: 'Merge branch'},
      {grep: 'nothing says this'},
      {since: early},
      {until: early},
      {since: early, until: late},
      {until: '2 weeks ago'},
      {since: 'yesterday'},
      {author: 'ada', grep: 'fix', since: early},
      {author: ['ada', 'bob']},
      {grep: ['one', 'often']},
      {grep: ['one', 'often'], author: ['ada', 'zoe', 'nobody']},
      {grep: ['one', 'fix'], 'all-match': ''},
      {grep: ['one', 'two'], 'all-match': '', author: ['ada', 'bob']},
    ];
    const pages: Question[] = [{}, {skip: '2'}, {limit: '3'}, {skip: '1', limit: '2'}];
    for (const question of questions.flatMap((some) => pages.map((page) => ({...some, ...page})))) {
      const options = Object.entries(question).flatMap(([name, values]) =>
        [values].flat().map((value) => (value === '' ? `--${name}` : `--${name}=${value}`)),
      );
      const about = options.join(' ');
      const git = rig.git(
        'log',
        '--date-order',
        '--format=%H',
        '-i',
        '--fixed-strings',
        ...options.map(gitOption),
      );
      const wanted = git.split('\n').filter(Boolean);
      const {commits} = await rig.json<Log>('log', ...options);
      assert.deepEqual(oidsOf(commits), wanted, about);
      if (/ago|yesterday/.test(about)) continue;
      const {commits: answered} = await web.json<Log>(`/repo/head/history?${parametersOf(question)}`);
      assert.deepEqual(oidsOf(answered), wanted, about);
    }
  });

  test('hold on all pages and for a path; dates that are none are refused', async () => {
    await using rig = new CtrRig(backend);
    commitHistory(rig);
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const filters = ['-i', '--fixed-strings', '--author=ada', '--grep=fix'];
    const wanted = rig.git('log', '--date-order', '--format=%H', ...filters, '--', 'docs').split('\n');
    assert.equal(wanted.length, 4);
    const ofPath = await rig.json<Log>('log', 'docs', '--author=ada', '--grep=fix');
    assert.deepEqual(oidsOf(ofPath.commits), wanted);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await web.json(
        `/repo/head/history/docs?author=ada&grep=fix&skip=1&limit=1${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...oidsOf(page['commits']));
      cursor = page['nextCursor'] as string | null;
    }
    assert.deepEqual(found, wanted.slice(1));
    assert.deepEqual(await readHistoryPage(web, '/docs?author=ada&grep=fix&since='), wanted);
    assert.deepEqual(await readHistoryPage(web, '/docs?author=nobody'), []);
    const day = new Date(1000 * Number(rig.git('log', '-1', '--format=%ct'))).toISOString().slice(0, 10);
    assert.equal((await readHistoryPage(web, `?since=${day}&until=${day}`)).length, 13);
    assert.deepEqual(await readHistoryPage(web, '?until=2023-11-01'), []);
    assert.deepEqual((await rig.json<Log>('log', 'docs', '--author=nobody')).commits, []);
    const refused = await rig.tryCtr('log', '--since', '2026-02-30');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /"2026-02-30" is not a date/);
    for (const bad of [
      'since=yesterday',
      'until=x',
      'skip=-1',
      `author=${'x'.repeat(1001)}`,
      'since=2026-01-01&since=2026-01-02',
      'limit=1&limit=2',
    ])
      assert.equal((await web.ask(`/repo/head/history?${bad}`)).status, 400, bad);
    assert.equal((await web.app.request('/repo/history?since=x')).status, 400);
  });
});

/** Filters by name; several values of one, and an empty one for a flag. */
type Question = Readonly<Record<string, string | readonly string[]>>;

function parametersOf(question: Question): URLSearchParams {
  const parameters = new URLSearchParams({limit: '1000'});
  for (const [name, values] of Object.entries(question)) {
    if (name === 'limit') parameters.delete('limit');
    for (const value of [values].flat())
      parameters.append(name === 'all-match' ? 'allMatch' : name, value === '' ? 'true' : value);
  }
  return parameters;
}

/** Git's `--since` hides what is older behind it, too; `--since-as-filter` does not. */
function gitOption(option: string): string {
  return option.replace('--since=', '--since-as-filter=').replace('--limit=', '--max-count=');
}

/** The oids of the commits that the explorer's page lists, which has the filters in its form. */
async function readHistoryPage(web: WebRig, place: string): Promise<string[]> {
  const answer = await web.app.request(`/repo/history${place}`);
  assert.equal(answer.status, 200, place);
  const page = await answer.text();
  const author = new URLSearchParams(place.split('?')[1]).get('author') ?? '';
  assert.ok(page.includes(`name="author" value="${author}"`), place);
  return commitsOf(page);
}

function oidsOf(commits: Log['commits']): string[] {
  return commits.map(({oid}) => oid);
}
