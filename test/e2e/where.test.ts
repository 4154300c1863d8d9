import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';

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
});
