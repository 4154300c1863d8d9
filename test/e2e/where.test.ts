import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {mainOf, textOf} from '../support/explorer-html.ts';
import {WebRig} from '../support/web-rig.ts';

interface Answer {
  readonly places: readonly {readonly ref: string; readonly oid: string | null}[];
  readonly isComplete: boolean;
}

describeBackends('where', (backend) => {
  test('names the branches and tags that have a file or a directory now', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'docs/a.md': 'one\n'});
    rig.git('tag', 'v1');
    rig.commit('two', {'docs/a.md': 'two\n', 'b.txt': 'b\n'});
    rig.push('HEAD', 'v1');
    rig.commit('three', {'b.txt': undefined});
    rig.push('HEAD:refs/heads/other');
    await rig.sync();
    const where = (...args: string[]) => rig.json<Answer>('where', ...args);
    const oidOf = (revision: string) => rig.git('rev-parse', revision);
    assert.deepEqual(
      (await where('docs/a.md')).places.map(({ref, oid}) => [ref, oid]),
      [
        ['refs/heads/main', oidOf('HEAD~:docs/a.md')],
        ['refs/heads/other', oidOf('HEAD:docs/a.md')],
        ['refs/tags/v1', oidOf('v1:docs/a.md')],
      ],
    );
    assert.deepEqual(
      (await where('b.txt')).places.map(({ref}) => ref),
      ['refs/heads/main'],
    );
    assert.deepEqual(
      (await where('docs/')).places.map(({oid}) => oid),
      [null, null, null],
    );
    assert.equal((await where('docs/a.md', '--limit', '1')).isComplete, false);
    assert.equal((await rig.tryCtr('where', 'nowhere.txt')).code, 1);
  });

  test('names the branches and tags that contain a commit, as Git does', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    const commits = [rig.commit('one', {'a.txt': 'one\n'})];
    rig.git('tag', 'v1');
    rig.git('tag', '--annotate', '--message', 'the first', 'v1-annotated');
    rig.git('switch', '--quiet', '--create', 'other');
    commits.push(rig.commit('two', {'b.txt': 'two\n'}));
    rig.git('switch', '--quiet', 'main');
    commits.push(rig.commit('three', {'c.txt': 'three\n'}));
    rig.git('switch', '--quiet', '--create', 'merged');
    rig.merge('other', '--no-ff');
    commits.push(rig.git('rev-parse', 'HEAD'));
    rig.push('--all');
    rig.push('--tags');
    await rig.sync();
    await using web = await WebRig.open(rig);
    for (const oid of commits) {
      const git = ['--git-dir', rig.gitDir, 'for-each-ref', '--contains', oid, '--format=%(refname)'];
      const wanted = rig.git(...git).split('\n');
      for (const given of [oid, oid.slice(0, 12)]) {
        const answer = await rig.json<Answer & {commit: string}>('where', '--commit', given);
        assert.deepEqual([answer.commit, answer.isComplete], [oid, true]);
        assert.deepEqual(answer.places.map(({ref}) => ref).sort(), wanted.sort());
        const {path, places, isComplete} = await web.json(`/repo/r/${given}/where`);
        assert.deepEqual([path, isComplete], ['', true]);
        assert.deepEqual(
          places,
          answer.places.map((place) => ({...place, mode: null, oid: null})),
        );
      }
      const page = mainOf(await (await web.app.request(`/repo/commit/${oid}`)).text());
      const list = /<section class="also".*?<\/section>/s.exec(page)![0];
      const shown = [...list.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, name]) => textOf(name!));
      assert.deepEqual(shown.sort(), wanted.map((ref) => ref.replace(/^refs\/(heads|tags)\//, '')).sort());
    }
    assert.equal((await web.json(`/repo/r/${commits[0]}/where?refsMax=1`))['isComplete'], false);
    assert.equal((await rig.json<Answer>('where', '--commit', commits[0]!, '-n', '1')).isComplete, false);
    const {stdout} = await rig.tryCtr('where', '--commit', commits[3]!);
    assert.equal(stdout.toString(), `refs/heads/merged at ${commits[3]!.slice(0, 10)}\n`);
    assert.equal((await rig.tryCtr('where', '--commit', 'f'.repeat(40))).code, 2);
    assert.equal((await rig.tryCtr('where')).code, 2);
    assert.equal((await rig.tryCtr('where', 'a.txt', '--commit', commits[0]!)).code, 2);
  });
});
