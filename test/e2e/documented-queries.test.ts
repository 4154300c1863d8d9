import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {
  BRANCHES,
  EXPECTED,
  type Expected,
  MAIN,
  MAIN_SUBJECT,
  NO_QUERIES,
  RELEASE,
} from '../support/documented-queries.ts';
import {unescapeHtml} from '../support/explorer-html.ts';
import {WebRig} from '../support/web-rig.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describeBackends('the queries of the documentation', (backend) => {
  void describe('find what it says', () => {
    let world: Awaited<ReturnType<typeof openWorld>>;
    before(async () => {
      world = await openWorld(backend);
    });
    after(() => world.close());

    for (const [query, expected] of Object.entries(EXPECTED))
      test(query, () => assertFinds(world, {ask: query, ...expected}));

    test('each has an expectation, and none is expected that is not there', async () => {
      const page = await (await world.web.app.request('http://localhost/repo/search')).text();
      const documented = new Set([
        ...examplesIn('README.md'),
        ...examplesIn('docs/searching.md'),
        ...codeIn(page),
      ]);
      const known = new Set([...Object.keys(EXPECTED), ...NO_QUERIES]);
      assert.deepEqual(
        [...documented.difference(known)],
        [],
        'Add what each finds to EXPECTED in test/support/documented-queries.ts, or to NO_QUERIES.',
      );
      assert.deepEqual([...known.difference(documented)], [], 'These are in the documentation no more.');
    });
  });
});

/** The sections about queries, by page: from a heading to another. */
const SECTIONS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'README.md': ['## Queries', '## In a browser'],
  'docs/searching.md': ['## The query language', '## Output for programs'],
};

/** All code within the text of the sections about queries, and the searches among the commands of the whole page. */
function examplesIn(name: string): string[] {
  const page = readFileSync(join(ROOT, name), 'utf8');
  const [from, to] = SECTIONS[name]!;
  const section = page.slice(page.indexOf(`\n${from}\n`), page.indexOf(`\n${to}\n`));
  assert.ok(section.length > 1000, name);
  const spans = [...section.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  const commands = [...page.matchAll(/^(?:\$| ) ?(ctr search .*?)(?: {2,}#.*)?$/gm)].map(([, line]) =>
    line!.trim(),
  );
  // An object in braces describes an answer, and `ctr.` begins a setting.
  return [...spans.filter((code) => !/^(?:\{\w+, |ctr\.)/.test(code)), ...commands];
}

/** The code in the help of the search page. */
function codeIn(page: string): string[] {
  const [help = ''] = /<details class="help">[\s\S]*?<\/details>/.exec(page) ?? [];
  const codes = [...help.matchAll(/<code>(.*?)<\/code>/g)].map(([, code]) => unescapeHtml(code!));
  assert.ok(codes.length > 20);
  return codes;
}

async function openWorld(backend: Backend) {
  const rig = new CtrRig(backend);
  if (backend !== 'embedded') rig.env['CTR_INDEX_SHARED'] = 'true';
  rig.commit('release', RELEASE);
  rig.git('tag', 'v1.0');
  rig.env['GIT_AUTHOR_NAME'] = 'Ada Example';
  for (const [name, files] of Object.entries(BRANCHES)) {
    rig.git('switch', '--quiet', '--create', name, 'v1.0');
    rig.commit(name, files);
  }
  rig.git('switch', '--quiet', 'main');
  rig.commit(MAIN_SUBJECT, MAIN);
  rig.push('--all');
  rig.push('--tags');
  await rig.installWithoutHook();
  const handbook = join(rig.root, 'docs-handbook.git');
  await rig.ctr('init', handbook);
  rig.git('push', '--quiet', handbook, 'main');
  await rig.ctr('sync', '--repo', handbook);
  const web = await WebRig.open(rig, {directory: rig.root});
  return {
    web,
    close: async () => {
      await web[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

interface Answer {
  readonly commits: readonly {readonly subject: string}[];
  readonly hits: readonly {readonly path: string}[];
  readonly notes: readonly string[];
  readonly unknownFilters: readonly {readonly name: string}[];
  readonly repositories: readonly {readonly repository: string}[];
}

async function assertFinds(
  {web}: Awaited<ReturnType<typeof openWorld>>,
  {
    ask,
    ref,
    paths,
    commits,
    isOrdered = false,
    repositories,
    refusal,
    note,
    unknownFilter,
  }: Expected & {ask: string},
): Promise<void> {
  const place = repositories ? '' : `/repo/${ref === undefined ? 'head' : `refs/${ref}`}`;
  const path = `${place}/search?q=${encodeURIComponent(ask)}${repositories ? '' : '&limit=200'}`;
  if (refusal) {
    const answer = await web.ask(path);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), refusal);
    return;
  }
  const answer = await web.json<Answer>(path);
  assert.deepEqual(
    answer.unknownFilters.map(({name}) => name),
    unknownFilter === undefined ? [] : [unknownFilter],
  );
  assert.equal(answer.notes.length, note === undefined ? 0 : 1, answer.notes.join(' '));
  if (note) assert.match(answer.notes[0]!, note);
  if (repositories) {
    assert.deepEqual(answer.repositories.map(({repository}) => repository).sort(), repositories);
    return;
  }
  if (commits) {
    assert.deepEqual(
      answer.commits.map(({subject}) => subject),
      commits,
    );
    return;
  }
  const wanted = typeof paths === 'function' ? EVERY_PATH.filter(paths) : [...(paths ?? [])];
  const found = answer.hits.map((hit) => hit.path);
  assert.deepEqual(isOrdered ? found : found.sort(), isOrdered ? wanted : wanted.sort());
}

const EVERY_PATH = Object.keys({...RELEASE, ...MAIN});
