import assert from 'node:assert/strict';
import {symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {readLog} from '../../src/read/read-log.ts';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {commitsOf, hrefsOf, mainOf} from '../support/explorer-html.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

interface Log {
  readonly commits: readonly {readonly oid: string}[];
  readonly scan: {readonly isComplete: boolean} | null;
  readonly notSearchable: readonly {readonly value: string; readonly count: number}[];
}

const BINARY = Buffer.from('PNG\0 needle \0\n');
/** Git compares these, too. */
const NO_BINARY = ':!*.bin';

/** Needles come and go: in several files, by renames, on branches that are merged, one of them with conflicts. */
function commitHistory(rig: CtrRig): void {
  rig.commit('root', {'a.txt': 'one needle\n', 'docs/b.md': 'nothing\n', 'crlf.txt': 'a needle\r\nend\r\n'});
  rig.commit('another', {'a.txt': 'one needle, another needle\n'});
  rig.commit('moves within a file', {'a.txt': 'needle here\nnothing\nneedle there\n'});
  rig.commit('moves between files', {'a.txt': 'needle here\n', 'docs/b.md': 'nothing\nneedle\n'});
  rig.commit('touches others', {'c.txt': 'c\n', 'docs/b.md': 'Nothing\nneedle\n'});
  rig.commit('rename', {'a.txt': undefined, 'src/a.txt': 'needle here\n'});
  rig.git('switch', '--quiet', '--create', 'side', 'HEAD~2');
  rig.commit('on the side', {'docs/side.md': 'needleneedle\nNEEDLE\n'});
  rig.commit('removed there', {'docs/b.md': undefined});
  rig.git('switch', '--quiet', 'main');
  rig.commit('changed here', {'docs/b.md': 'needle needle\nüber\n'});
  rig.merge('side', '--no-ff');
  rig.commit('after the merge', {'docs/side.md': 'needleneedleneedle\n', 'x.txt': 'aaaa\n'});
  rig.commit('overlaps', {'x.txt': 'aaaaa\n'});
  rig.commit('binary', {'image.bin': BINARY, 'late.bin': 'needle\0'});
  rig.commit('binary turns text', {'image.bin': 'needle\n', 'late.bin': 'needle\n'});
  rig.git('switch', '--quiet', '--create', 'evil', 'HEAD~2');
  rig.commit('for an evil merge', {'e.txt': 'e\n'});
  rig.git('switch', '--quiet', 'main');
  rig.merge('evil', '--no-ff', '--no-commit');
  rig.commit('evil merge', {'e.txt': 'needle in the merge only\n'});
  symlinkSync('needle/target', join(rig.work, 'link'));
  rig.commit('a link');
  rig.git('update-index', '--chmod=+x', 'src/a.txt');
  rig.git('commit', '--quiet', '--message', 'mode only');
  rig.write({link: undefined});
  rig.commit('the link is a file', {link: 'needle/target'});
  rig.commit('directory for a file', {'x.txt': undefined, 'x.txt/needle.md': 'needle\n'});
  rig.commit('all gone', {'docs/side.md': undefined, 'e.txt': undefined});
}

const TEXTS = [
  'needle',
  'needle here',
  'needleneedle',
  'NEEDLE',
  'Needle',
  'aa',
  'a',
  'ü',
  'über',
  'nothing\nneedle',
  'nothing\n',
  'needle\r\nend',
  '\n',
  'needle/target',
  ' ',
  'is nowhere',
];
const PATHS = ['', 'docs', 'docs/b.md', 'a.txt', 'src', 'x.txt', 'nowhere'];
const ASKED_OF_API = ['', 'docs/b.md'];

describeBackends('log -S', (backend) => {
  test('gives the commits that git log -S gives, for texts, paths, filters and branches', async () => {
    await using rig = new CtrRig(backend);
    commitHistory(rig);
    rig.push('--all');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const gitLog = (text: string, path: string, ...options: string[]) =>
      rig
        .git(
          'log',
          '--date-order',
          '--format=%H',
          '--no-renames',
          '--full-history',
          ...options,
          `-S${text}`,
          '--',
          ...[path === '' ? [] : path, NO_BINARY].flat(),
        )
        .split('\n')
        .filter(Boolean);
    let found = 0;
    for (const text of TEXTS) {
      for (const path of PATHS) {
        const wanted = gitLog(text, path);
        const about = JSON.stringify([text, path]);
        const log = await rig.json<Log>('log', ...(path === '' ? [] : [path]), `-S${text}`);
        assert.deepEqual(oidsOf(log), wanted, about);
        assert.equal(log.scan?.isComplete, true, about);
        found += wanted.length;
        if (!ASKED_OF_API.includes(path)) continue;
        const place = path === '' ? '' : `/${path}`;
        const answered = await web.json<Log>(`/repo/head/history${place}?${new URLSearchParams({S: text})}`);
        assert.deepEqual(oidsOf(answered), wanted, about);
      }
    }
    assert.ok(found > 100, `only ${found} commits`);
    const side = await rig.json<Log>('log', '--ref', 'side', '-S', 'needle');
    assert.deepEqual(oidsOf(side), gitLog('needle', '', 'origin/side'));
    const filters = ['--author=A U', '--grep=move', '--grep=side'];
    const filtered = gitLog('needle', '', ...filters);
    assert.ok(filtered.length > 2);
    assert.deepEqual(oidsOf(await rig.json('log', ...filters, '-S', 'needle')), filtered);
    // Git's --skip counts commits that -S leaves out.
    assert.deepEqual(
      oidsOf(await rig.json('log', ...filters, '--skip=1', '-S', 'needle')),
      filtered.slice(1),
    );
    assert.deepEqual(
      oidsOf(await rig.json('log', '-n', '3', '-S', 'needle')),
      gitLog('needle', '', '--max-count=3'),
    );
  });

  test('says which versions it cannot compare, and claims nothing about them', async () => {
    await using rig = new CtrRig(backend);
    const first = rig.commit('text', {'a.txt': 'needle\n', 'docs/b.txt': 'b\n'});
    rig.commit('binary', {'a.txt': 'needle needle\0\n'});
    rig.commit('text again', {'a.txt': 'needle\nneedle\n'});
    const last = rig.commit('one more', {'a.txt': 'needle\nneedle\nneedle\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const log = await rig.json<Log>('log', '-S', 'needle');
    assert.deepEqual(oidsOf(log), [last, first]);
    assert.deepEqual(log.notSearchable, [{value: 'binary', count: 1}]);
    assert.deepEqual((await rig.json<Log>('log', 'docs', '-S', 'b')).notSearchable, []);
    const plain = await rig.ctr('log', '-S', 'needle');
    assert.equal(plain.stdout.toString().trimEnd().split('\n').length, 2);
    assert.match(plain.stderr, /Not compared, since their text is not in the index: 1 binary\./);
    const {scan, notSearchable} = await rig.json<Log>('log');
    assert.deepEqual([scan, notSearchable], [null, []]);
  });

  test('is answered in pages by the API and the explorer', async () => {
    await using rig = new CtrRig(backend);
    for (let at = 0; at < 60; at++)
      rig.commit(`commit ${at}`, {'a.txt': 'needle\n'.repeat(at % 3), 'b.txt': `${at}\n`});
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const wanted = rig.git('log', '--format=%H', '-Sneedle').split('\n');
    assert.equal(wanted.length, 59);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await web.json(
        `/repo/head/history?S=needle&limit=25${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...oidsOf(page as Log));
      cursor = page['nextCursor'] as string | null;
    }
    assert.deepEqual(found, wanted);
    const page = await (await web.app.request('/repo/history/a.txt?S=needle')).text();
    assert.deepEqual(commitsOf(page), wanted.slice(0, 50));
    const older = hrefsOf(page).find((href) => href.includes('after='))!;
    assert.deepEqual(commitsOf(await (await web.app.request(older)).text()), wanted.slice(50));
    const none = await (await web.app.request('/repo/history?S=nowhere')).text();
    assert.match(mainOf(none), /No commit matches these filters/);
  });

  test('is refused where it would not be the whole truth', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('one', {'a.txt': 'needle\n'});
    rig.commit('two', {'a.txt': undefined, 'b.txt': 'b\n'});
    rig.push('main');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    for (const text of ['', 'x'.repeat(1025)]) {
      const refused = await rig.tryCtr('log', `--limit=1`, '-S', text);
      assert.deepEqual([refused.code, /-S has 1 to 1024 characters/.test(refused.stderr)], [2, true]);
    }
    assert.equal((await web.ask('/repo/head/history?S=')).status, 400);
    const [repository] = await web.site.listRepositories();
    let clockMs = 0;
    const late = repository!.withReader(async (reader) =>
      readLog(reader, {
        path: '',
        pathsMax: 0,
        changedText: {text: 'needle', isCaseSensitive: true, now: () => (clockMs += 15_000)},
      }),
    );
    await assert.rejects(late, {code: 'QUERY', message: /more texts would have to be read/});
    await using tips = new CtrRig(backend);
    tips.configure({'ctr.history': 'refs'});
    tips.commit('one', {'a.txt': 'needle\n'});
    tips.push('main');
    await tips.installWithoutHook();
    const refused = await tips.tryCtr('log', '-S', 'needle');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /does not have the files of every commit.*\n.*Set ctr\.history to all/);
    await using tipsWeb = await WebRig.open(tips);
    const problem = await tipsWeb.ask('/repo/head/history?S=needle');
    assert.deepEqual([problem.status, ((await problem.json()) as Json)['code']], [400, 'QUERY']);
  });
});

function oidsOf({commits}: Pick<Log, 'commits'>): string[] {
  return commits.map(({oid}) => oid);
}
