import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {describeWith, opensearchUrl} from '../support/servers/require.ts';

interface Answer {
  readonly total: number;
  readonly scan: {readonly files: number} | null;
  readonly notes: readonly string[];
}

interface Status {
  readonly reindexDue: readonly {readonly setting: string; readonly was: unknown; readonly is: unknown}[];
}

describeWith('opensearch', 'the layout of an index in OpenSearch', () => {
  test('an index without trigrams answers the same, and says that it read the texts', async () => {
    await using rig = new CtrRig('OpenSearch and files');
    rig.commit('first', {'a.txt': 'x => {\n', 'b.txt': 'nothing\n', 'c.txt': 'more of it\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const search = () => rig.json<Answer>('search', 'sub:"=> {"');
    const found = await search();
    assert.deepEqual([found.total, found.scan?.files, found.notes], [1, 1, []]);

    rig.configure({'ctr.index.substrings': 'false'});
    assert.deepEqual((await rig.json<Status>('status')).reindexDue, [
      {setting: 'ctr.index.substrings', was: true, is: false},
    ]);
    // Until then the index is as it was.
    assert.equal((await search()).scan?.files, 1);
    await rig.ctr('reindex', '--quiet');
    assert.deepEqual((await rig.json<Status>('status')).reindexDue, []);
    const scanned = await search();
    assert.deepEqual([scanned.total, scanned.scan?.files], [1, 3]);
    assert.match(scanned.notes.join(), /no trigrams \(ctr\.index\.substrings\)/);
    await rig.ctr('verify', '--content', '--quiet');

    rig.configure({'ctr.index.substrings': undefined});
    await rig.ctr('reindex', '--quiet');
    assert.equal((await search()).scan?.files, 1);
  });

  test('other shards are due for a reindex, which brings them; what is pushed until then is no reason', async () => {
    await using rig = new CtrRig('OpenSearch and files');
    rig.configure({'ctr.index.shards': '2'});
    rig.commit('first', {'a.txt': 'needle one\n', 'b.txt': 'needle two\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const shards = async () => {
      const path = `/${rig.setting('ctr.index.name')}-files/_settings/index.number_of_shards`;
      const answer = await fetch(`${opensearchUrl()}${path}?flat_settings=true`);
      const indexes = (await answer.json()) as Record<string, {settings: Record<string, string>}>;
      return Object.values(indexes)[0]!.settings['index.number_of_shards'];
    };
    const due = async () => (await rig.json<Status>('status')).reindexDue;
    assert.deepEqual([await shards(), await due()], ['2', []]);

    rig.configure({'ctr.index.shards': '3'});
    rig.commit('second', {'c.txt': 'needle three\n'});
    rig.push('main');
    await rig.sync();
    assert.deepEqual(await due(), [{setting: 'ctr.index.shards', was: 2, is: 3}]);
    rig.configure({'ctr.index.shards': '2'});
    assert.deepEqual(await due(), []);

    rig.configure({'ctr.index.shards': '3'});
    await rig.ctr('reindex', '--quiet');
    assert.deepEqual([await shards(), await due()], ['3', []]);
    assert.equal((await rig.json<Answer>('search', 'needle')).total, 3);
    await rig.assertEqualsGit();
  });
});
