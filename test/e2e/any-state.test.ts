import assert from 'node:assert/strict';
import {existsSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {WebRig} from '../support/web-rig.ts';

/** What somebody does to the index of a repository, beyond ctr. */
interface State {
  readonly name: string;
  readonly backend: Backend;
  readonly make: (rig: CtrRig) => Promise<void> | void;
  /** Whether what is left tells that something was lost; else sync makes everything again by itself. */
  readonly isTold: boolean;
}

/** What was there before leases and generations, as far as it is told apart by it. */
const FIRST_TABLES = `PRAGMA journal_mode = WAL;
CREATE TABLE repositories (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, head TEXT, object_format TEXT NOT NULL,
  is_shared INTEGER NOT NULL) STRICT;
CREATE TABLE counters (series TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;
INSERT INTO repositories VALUES ('somebody', 'repo', 'refs/heads/main', 'sha1', 0);
INSERT INTO counters VALUES ('entries', 1000);
PRAGMA user_version = 1`;

const indexFile = (rig: CtrRig) => join(rig.gitDir, 'ctr', 'index-1.db');

/** Nobody has the file open, and everything is in it. */
function settle(rig: CtrRig): void {
  using db = new DatabaseSync(indexFile(rig));
  db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
}

const EMBEDDED: readonly Omit<State, 'backend'>[] = [
  {
    name: 'a database cut to 40 KB',
    isTold: true,
    make(rig) {
      settle(rig);
      truncateSync(indexFile(rig), 40 * 1024);
    },
  },
  {
    name: 'a database of zeros',
    isTold: true,
    make(rig) {
      settle(rig);
      writeFileSync(indexFile(rig), Buffer.alloc(statSync(indexFile(rig)).size));
    },
  },
  {
    name: 'another program’s file',
    isTold: true,
    make(rig) {
      settle(rig);
      writeFileSync(
        indexFile(rig),
        'not a database at all, but long enough to look like a file\n'.repeat(100),
      );
    },
  },
  {
    name: 'a directory in place of the database',
    isTold: true,
    make(rig) {
      settle(rig);
      rmSync(indexFile(rig));
      mkdirSync(indexFile(rig));
    },
  },
  {
    name: 'a directory in place of the link',
    isTold: true,
    make(rig) {
      rmSync(join(rig.gitDir, 'ctr', 'index.db'));
      mkdirSync(join(rig.gitDir, 'ctr', 'index.db'));
    },
  },
  {name: 'a lost table', isTold: true, make: (rig) => execute(rig, 'DROP TABLE commits')},
  {name: 'an emptied table', isTold: true, make: (rig) => execute(rig, 'DELETE FROM entries')},
  {
    name: 'the tables of an older ctr',
    isTold: true,
    make: (rig) => execute(rig, 'ALTER TABLE repositories DROP COLUMN built_with; PRAGMA user_version = 2'),
  },
  {
    name: 'the one file of the first ctr',
    isTold: true,
    make(rig) {
      for (const name of ['index.db', 'index-1.db', 'index-1.db-wal', 'index-1.db-shm'])
        rmSync(join(rig.gitDir, 'ctr', name), {force: true});
      using db = new DatabaseSync(join(rig.gitDir, 'ctr', 'index.db'));
      db.exec(FIRST_TABLES);
    },
  },
  {name: 'an index of a newer ctr', isTold: true, make: (rig) => execute(rig, 'PRAGMA user_version = 9999')},
  {
    name: 'a database of 0 bytes',
    isTold: false,
    make(rig) {
      settle(rig);
      truncateSync(indexFile(rig), 0);
    },
  },
  {
    name: 'a lost database under its link',
    isTold: false,
    make(rig) {
      settle(rig);
      rmSync(indexFile(rig));
    },
  },
  {
    name: 'no folder ctr/ at all',
    isTold: false,
    make: (rig) => rmSync(join(rig.gitDir, 'ctr'), {recursive: true}),
  },
];

function execute(rig: CtrRig, sql: string): void {
  using db = new DatabaseSync(indexFile(rig));
  db.exec(sql);
}

async function call(rig: CtrRig, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${rig.setting('ctr.index.url')}/${path}`, {
    method,
    headers: {'content-type': 'application/json'},
    ...(body && {body: JSON.stringify(body)}),
  });
  assert.ok(response.ok, `${method} ${path}: ${await response.text()}`);
}

const nameOf = (rig: CtrRig) => rig.setting('ctr.index.name')!;
const alias = (rig: CtrRig, action: 'add' | 'remove', names: {index: string; alias: string}) =>
  call(rig, 'POST', '_aliases', {
    actions: [{[action]: {index: `${nameOf(rig)}-${names.index}`, alias: `${nameOf(rig)}-${names.alias}`}}],
  });

async function empty(rig: CtrRig, kind: 'files' | 'commits' | 'refs'): Promise<void> {
  const index = `${nameOf(rig)}-${kind}-1`;
  await call(rig, 'POST', `${index}/_refresh`);
  await call(rig, 'POST', `${index}/_delete_by_query?refresh=true&conflicts=proceed`, {
    query: {match_all: {}},
  });
}

/** Ways to take everything out of one part of the index, so that it looks as if there was nothing. */
function emptiedParts(backend: Backend): Record<string, (rig: CtrRig) => Promise<void> | void> {
  if (backend === 'servers')
    return {
      files: (rig) => empty(rig, 'files'),
      commits: (rig) => empty(rig, 'commits'),
      refs: (rig) => empty(rig, 'refs'),
    };
  return {
    files: (rig) => execute(rig, 'DELETE FROM entries'),
    commits: (rig) => execute(rig, 'DELETE FROM commits'),
    repositories: (rig) => execute(rig, 'DELETE FROM repositories'),
  };
}

const SERVERS: readonly Omit<State, 'backend'>[] = [
  ...(['files', 'commits', 'refs'] as const).flatMap((kind) => [
    {
      name: `${kind} deleted`,
      isTold: true,
      make: (rig: CtrRig) => call(rig, 'DELETE', `${nameOf(rig)}-${kind}-1`),
    },
    {
      name: `${kind} closed`,
      isTold: true,
      make: (rig: CtrRig) => call(rig, 'POST', `${nameOf(rig)}-${kind}-1/_close`),
    },
  ]),
  {name: 'refs emptied', isTold: true, make: (rig) => empty(rig, 'refs')},
  {
    name: 'a removed alias',
    isTold: true,
    make: (rig) => alias(rig, 'remove', {index: 'files-1', alias: 'files'}),
  },
  {
    name: 'a removed alias for writing',
    isTold: false,
    make: (rig) => alias(rig, 'remove', {index: 'refs-1', alias: 'refs-1-write'}),
  },
  {
    name: 'an alias on two indexes',
    isTold: true,
    make: (rig) => alias(rig, 'add', {index: 'commits-1', alias: 'files'}),
  },
  {
    name: 'mappings of an older ctr',
    isTold: true,
    make: (rig) => call(rig, 'PUT', `${nameOf(rig)}-commits-1/_mapping`, {_meta: {ctr: 2}}),
  },
  {
    name: 'the indexes of the first ctr, in place of aliases',
    isTold: true,
    async make(rig) {
      const names = ['files', 'commits', 'refs'].map((kind) => `${nameOf(rig)}-${kind}`);
      await call(rig, 'DELETE', names.map((name) => `${name}-1`).join());
      for (const name of names) await call(rig, 'PUT', name, {mappings: {_meta: {ctr: 1}}});
    },
  },
  {
    name: 'mappings of a newer ctr',
    isTold: true,
    make: (rig) => call(rig, 'PUT', `${nameOf(rig)}-refs-1/_mapping`, {_meta: {ctr: 9999}}),
  },
  {
    name: 'all three deleted',
    isTold: false,
    make: (rig) =>
      call(rig, 'DELETE', ['files', 'commits', 'refs'].map((kind) => `${nameOf(rig)}-${kind}-1`).join()),
  },
];

async function makeRepository(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.commit('first', {'a.txt': 'alpha\n', 'docs/c.txt': 'gamma\n', 'b.bin': Buffer.from([0, 1])});
  rig.git('branch', 'feature');
  rig.push('main', 'feature');
  await rig.installWithoutHook();
  return rig;
}

const READERS = [
  ['ls'],
  ['ls', 'docs'],
  ['search', 'alpha'],
  ['log'],
  ['refs'],
  ['cat', 'a.txt'],
  ['where', 'a.txt'],
];

/** Pages and answers of the API, and what they show of the repository. */
const PAGES = [
  ['/repo', 'a.txt'],
  ['/repo/file/a.txt', 'alpha'],
  ['/repo/search?q=alpha', 'a.txt'],
  ['/repo/history', '>first<'],
  ['/api/v1/repo/head/tree', 'a.txt'],
  ['/api/v1/repo/head/file/a.txt', 'alpha'],
  ['/api/v1/repo/head/search?q=alpha', 'a.txt'],
  ['/api/v1/repo/head/history', '"first"'],
] as const;

const VERBS = [['status'], ['sync'], ['verify'], ['verify', '--repair'], ['prune'], ['install']];

describeBackends('the index in any state', (backend) => {
  for (const {name, make, isTold} of backend === 'embedded' ? EMBEDDED : SERVERS) {
    test(`${name}: each command names the one that works, and reindex builds it`, async () => {
      await using rig = await makeRepository(backend);
      await make(rig);
      rig.git('checkout', '--quiet', 'feature');
      rig.commit('second', {'c.txt': 'gamma\n'});
      rig.push('feature');
      const status = await rig.tryCtr('status', '--json');
      if (status.code === 0) assert.equal(JSON.parse(status.stdout.toString()).upToDate, false);
      for (const verb of isTold ? VERBS : []) {
        const {code, stderr} = await rig.tryCtr(...verb);
        assert.notEqual(code, 70, `${verb.join(' ')}: ${stderr}`);
        if (code === 0) continue;
        // `install` does not know of the hook that this test keeps away.
        if (verb[0] !== 'install')
          assert.equal(code, verb[0] === 'verify' && code === 1 ? 1 : 4, `${verb.join(' ')}: ${stderr}`);
        if (code === 4) assert.match(stderr, /`ctr reindex`/, verb.join(' '));
      }
      await rig.ctr('reindex');
      await rig.assertEqualsGit();
      await rig.ctr('verify', '--all-commits', '--content');
      assert.equal((await rig.json<{upToDate: boolean}>('status')).upToDate, true);
      assert.equal((await rig.sync()).moves.length, 0);
    });

    test(`${name}: purge leaves nothing`, async () => {
      await using rig = await makeRepository(backend);
      await make(rig);
      await rig.ctr('uninstall', '--purge');
      assert.equal(existsSync(join(rig.gitDir, 'ctr')), false);
      if (backend === 'embedded') return;
      const url = `${opensearchOf(rig)}/_cat/indices/${rig.env['CTR_INDEX_NAME']}-*?format=json&expand_wildcards=all`;
      assert.deepEqual(await (await fetch(url)).json(), []);
    });
  }

  for (const [part, make] of Object.entries(emptiedParts(backend))) {
    test(`${part} emptied: readers answer as before or say so, and never that there is nothing`, async () => {
      await using rig = await makeRepository(backend);
      const before = new Map<readonly string[], string>();
      for (const reader of READERS) before.set(reader, (await rig.ctr(...reader)).stdout.toString());
      await make(rig);
      let toldCount = 0;
      for (const [reader, shown] of before) {
        const {code, stdout, stderr} = await rig.tryCtr(...reader);
        if (code === 0) assert.equal(stdout.toString(), shown, reader.join(' '));
        else assert.match(`${code} ${stderr}`, /^4 .*INDEX_UNUSABLE.*`ctr reindex`/s, reader.join(' '));
        if (code === 4) toldCount++;
      }
      assert.ok(toldCount > 0);
      await using web = await WebRig.open(rig);
      for (const [path, marker] of PAGES) {
        const answer = await web.app.request(`http://localhost${path}`);
        const text = await answer.text();
        const isTold = answer.status === 503 && /the index has to be built again/i.test(text);
        assert.ok(
          isTold || (answer.status === 200 && text.includes(marker)),
          `${path}: ${answer.status} ${text}`,
        );
      }
    });
  }

  // On servers all tests share one bucket, which cannot be taken away from the others.
  if (backend === 'embedded') testLostPlace();

  const ODD_FAILURES = [
    '{"a":1}',
    '[1,2]',
    '[null]',
    '"x"',
    'garbage',
    '',
    '[{"kind":5}]',
    '[{"kind":"ref"}]',
  ];
  for (const odd of ODD_FAILURES) {
    test(`failures.json holds ${odd || 'nothing'}: it is said, and written again`, async () => {
      await using rig = await makeRepository(backend);
      const file = join(rig.gitDir, 'ctr', 'failures.json');
      writeFileSync(file, odd);
      assert.match((await rig.ctr('status')).stdout.toString(), /not used: .*failures\.json/);
      await rig.ctr('sync');
      assert.equal(existsSync(file), false);
      await rig.ctr('verify');
    });
  }

  test('failures.json names a blob without what is needed to try it again', async () => {
    await using rig = await makeRepository(backend);
    const failure = {kind: 'object', name: 'x', oid: 'y', reason: 'r', since: 's', attempts: 1, entry: {}};
    writeFileSync(join(rig.gitDir, 'ctr', 'failures.json'), JSON.stringify([failure]));
    await rig.ctr('status');
    await rig.ctr('sync');
  });
});

function opensearchOf(rig: CtrRig): string {
  return rig.env['CTR_INDEX_URL']!;
}

function testLostPlace(): void {
  test('objects whose place is gone: verify --repair makes it, and puts them there again', async () => {
    await using rig = await makeRepository('embedded');
    renameSync(join(rig.gitDir, 'ctr', 'objects'), join(rig.gitDir, 'away'));
    const {code, stderr} = await rig.tryCtr('cat', 'b.bin');
    assert.equal(code, 4);
    assert.match(stderr, /`ctr verify --repair`/);
    await rig.ctr('verify', '--repair');
    assert.deepEqual([...(await rig.ctr('cat', 'b.bin')).stdout], [0, 1]);
  });
}
