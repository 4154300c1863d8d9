import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {describe, it} from 'node:test';
import {setImmediate} from 'node:timers/promises';
import {deflateSync} from 'node:zlib';
import {type Blob, openBlobReader} from '../../../src/git/blob-stream.ts';
import {openRepository} from '../../../src/git/repository.ts';
import {GitRig} from '../../support/git-rig.ts';

const MISSING = '9'.repeat(40);

async function readBlobs(
  rig: GitRig,
  oids: Iterable<string> | AsyncIterable<string>,
  options = {},
): Promise<Blob[]> {
  const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 100_000, ...options});
  return Array.fromAsync(reader.read(oids));
}

/** Blobs with their bytes whichever way they came; failures of streams as `failed`. */
async function readAll(rig: GitRig, oids: Iterable<string> | AsyncIterable<string>, options = {}) {
  const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 100_000, ...options});
  const all: {oid: string; bytes?: Buffer; missing?: boolean; corrupt?: string; failed?: string}[] = [];
  for await (const blob of reader.read(oids)) {
    if ('stream' in blob) all.push({oid: blob.oid, ...(await readStream(blob.stream))});
    else all.push(blob);
  }
  return all;
}

async function readStream(
  stream: import('node:stream').Readable,
): Promise<{bytes?: Buffer; failed?: string}> {
  try {
    return {bytes: await buffer(stream)};
  } catch (error) {
    return {failed: (error as Error).message};
  }
}

/** Packs everything, and damages the bytes of the pack in the middle of `content`'s entry. */
function damagePacked(rig: GitRig, oid: string): void {
  rig.git('repack', '-adq', '--depth=0', '--window=0');
  const dir = join(rig.gitDir, 'objects', 'pack');
  const pack = join(dir, readdirSync(dir).find((name) => name.endsWith('.pack'))!);
  const index = rig.gitBytes(['show-index'], readFileSync(pack.replace(/pack$/, 'idx'))).toString();
  const offset = Number(
    index
      .split('\n')
      .find((line) => line.includes(oid))!
      .split(' ')[0],
  );
  const bytes = readFileSync(pack);
  bytes.fill(0xff, offset + 30, offset + 60);
  chmodSync(pack, 0o644);
  writeFileSync(pack, bytes);
}

describe('BlobReader.read', () => {
  it('gives blobs in the order of requests, one answer for each', async () => {
    using rig = new GitRig();
    const [a, b, empty] = [rig.blob('a'), rig.blob(Buffer.from([0, 255, 10])), rig.blob('')];
    assert.deepEqual(await readBlobs(rig, [b, MISSING, a, a, empty]), [
      {oid: b, sizeBytes: 3, bytes: Buffer.from([0, 255, 10])},
      {oid: MISSING, missing: true},
      {oid: a, sizeBytes: 1, bytes: Buffer.from('a')},
      {oid: a, sizeBytes: 1, bytes: Buffer.from('a')},
      {oid: empty, sizeBytes: 0, bytes: Buffer.alloc(0)},
    ]);
    assert.deepEqual(await readBlobs(rig, []), []);
  });

  it('reads sha256 repositories', async () => {
    using rig = new GitRig({objectFormat: 'sha256'});
    const oid = rig.blob('content');
    assert.deepEqual(await readBlobs(rig, [oid]), [{oid, sizeBytes: 7, bytes: Buffer.from('content')}]);
  });

  it('streams what is larger than it may hold, all of it, with its head', async () => {
    using rig = new GitRig();
    const content = randomBytes(3_000_000);
    const [large, small, atLimit] = [
      rig.blob(content),
      rig.blob('small'),
      rig.blob(Buffer.alloc(100_000, 'x')),
    ];
    const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 100_000});
    const seen: string[] = [];
    for await (const blob of reader.read([small, large, atLimit, large, small])) {
      if ('stream' in blob) {
        assert.ok(blob.head.length >= 8000 && blob.head.equals(content.subarray(0, blob.head.length)));
        assert.ok((await buffer(blob.stream)).equals(content));
        seen.push('stream');
      } else {
        seen.push('bytes' in blob ? String(blob.sizeBytes) : 'neither');
      }
    }
    assert.deepEqual(seen, ['5', 'stream', '100000', 'stream', '5']);
  });

  it('gives as head what there is, when the blob is smaller than a head', async () => {
    using rig = new GitRig();
    const [tiny, empty] = [rig.blob('tiny'), rig.blob('')];
    const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 0});
    for await (const blob of reader.read([tiny, empty, tiny])) {
      if (!('stream' in blob)) {
        assert.equal(blob.oid, empty);
        continue;
      }
      assert.equal(blob.head.toString(), 'tiny');
      assert.equal((await buffer(blob.stream)).toString(), 'tiny');
    }
  });

  for (const [name, use] of Object.entries<(stream: import('node:stream').Readable) => Promise<void> | void>({
    'not looked at': () => {},
    'destroyed at once': (stream) => void stream.destroy(),
    'read for a while': async (stream) => {
      for await (const chunk of stream) {
        assert.ok(chunk.length > 0);
        break;
      }
    },
    'read for a while and left': async (stream) => {
      await new Promise((resolve) => stream.once('readable', resolve));
      assert.ok(stream.read(10).length === 10);
    },
  })) {
    it(`goes on after a stream that was ${name}`, async () => {
      using rig = new GitRig();
      const [large, huge, small] = [
        rig.blob(randomBytes(1_000_000)),
        rig.blob(randomBytes(20_000_000)),
        rig.blob('s'),
      ];
      const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 1000});
      const seen: string[] = [];
      for await (const blob of reader.read([large, small, huge, small, huge, large, small])) {
        seen.push(blob.oid);
        if ('stream' in blob) await use(blob.stream);
        else assert.ok('bytes' in blob);
      }
      assert.deepEqual(seen, [large, small, huge, small, huge, large, small]);
    });
  }

  it('goes on with a fresh git after so many bytes, losing and doubling nothing', async () => {
    using rig = new GitRig();
    const oids = Array.from({length: 2000}, (_, index) => rig.blob(`${index}${'x'.repeat(index)}`));
    const blobs = await readAll(rig, oids, {restartAfterBytes: 100_000, holdMaxBytes: 1500});
    assert.deepEqual(
      blobs.map(({oid}) => oid),
      oids,
    );
    assert.ok(blobs.every(({bytes}, index) => bytes?.toString() === `${index}${'x'.repeat(index)}`));
  });

  it('calls what is no blob corrupt, and goes on', async () => {
    using rig = new GitRig();
    const [tree, commit, blob] = [rig.treeOf({a: '1'}), rig.commit(), rig.blob('b')];
    const blobs = await readBlobs(rig, [tree, commit, blob]);
    assert.deepEqual(blobs.slice(0, 2), [
      {oid: tree, corrupt: 'it is a tree, not a blob'},
      {oid: commit, corrupt: 'it is a commit, not a blob'},
    ]);
    assert.ok('bytes' in blobs[2]!);
  });

  for (const [name, holdMaxBytes] of [
    ['held', 1_000_000],
    ['streamed', 1000],
  ] as const) {
    describe(`of blobs that are ${name}`, () => {
      it('reports a damaged loose object and goes on', async () => {
        using rig = new GitRig();
        const [good, bad, cut, other] = ['good', 'bad', 'cut', 'other'].map((text) =>
          rig.blob(text + 'x'.repeat(5000)),
        );
        rmSync(rig.looseObject(bad!));
        writeFileSync(rig.looseObject(bad!), 'this is not zlib');
        const whole = readFileSync(rig.looseObject(cut!));
        rmSync(rig.looseObject(cut!));
        writeFileSync(rig.looseObject(cut!), whole.subarray(0, whole.length - 12));
        const blobs = await readAll(rig, [good!, bad!, MISSING, cut!, other!, bad!, good!], {holdMaxBytes});
        assert.deepEqual(
          blobs.map(({oid}) => oid),
          [good, bad, MISSING, cut, other, bad, good],
        );
        for (const index of [0, 4, 6]) assert.ok(blobs[index]!.bytes, `${index}`);
        for (const index of [1, 5]) assert.match(blobs[index]!.corrupt ?? '', /corrupt|unpack|header/);
        assert.equal(blobs[2]!.missing, true);
        assert.match(blobs[3]!.corrupt ?? blobs[3]!.failed ?? '', /corrupt|truncated|inflate|stream|hash/);
      });

      it('reports a damaged packed object and goes on', async () => {
        using rig = new GitRig();
        const contents = Array.from({length: 20}, (_, index) => randomBytes(4000 + index));
        const oids = contents.map((content) => rig.blob(content));
        rig.setRef(
          'refs/heads/main',
          rig.commit({tree: Object.fromEntries(contents.map((content, index) => [`f${index}`, content]))}),
        );
        damagePacked(rig, oids[7]!);
        rig.git('prune-packed');
        const blobs = await readAll(rig, oids, {holdMaxBytes});
        assert.deepEqual(
          blobs.map(({oid}) => oid),
          oids,
        );
        assert.match(blobs[7]!.corrupt ?? blobs[7]!.failed ?? '', /inflate|stream|hash|read|corrupt/);
        assert.equal(blobs.filter(({bytes}) => bytes !== undefined).length, 19);
      });

      it('reports bytes that do not hash to their oid', async () => {
        using rig = new GitRig();
        const [good, other] = [rig.blob('g'.repeat(5000)), rig.blob('o'.repeat(5000))];
        rmSync(rig.looseObject(good));
        writeFileSync(rig.looseObject(good), deflateSync(`blob 5000\0${'o'.repeat(5000)}`));
        const [first, second] = await readAll(rig, [good, other], {holdMaxBytes});
        assert.match(first!.corrupt ?? first!.failed ?? '', new RegExp(`${other}|stream|corrupt`));
        assert.ok(second!.bytes);
      });
    });
  }

  it('calls missing what a partial clone lacks, and fetches nothing', async () => {
    using rig = new GitRig();
    rig.git('config', 'uploadpack.allowFilter', 'true');
    rig.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    rig.setRef('refs/heads/main', rig.commit({tree: {a: '1', b: '2'}}));
    const repo = await openRepository(rig.clone('partial.git', '--bare', '--filter=blob:none'));
    const oids = [rig.blob('1'), rig.blob('2')];
    const blobs = await Array.fromAsync(openBlobReader(repo, {holdMaxBytes: 100}).read(oids));
    assert.deepEqual(
      blobs,
      oids.map((oid) => ({oid, missing: true})),
    );
  });

  it('tells a git that was killed from a damaged object', async () => {
    using rig = new GitRig();
    const oids = Array.from({length: 300}, (_, index) => rig.blob(`${index}${'x'.repeat(10_000)}`));
    const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 100_000});
    const seen: string[] = [];
    for await (const blob of reader.read(oids)) {
      assert.ok('bytes' in blob, JSON.stringify(blob));
      seen.push(blob.oid);
      if (seen.length === 5) for (const pid of gitChildren()) process.kill(pid, 'SIGKILL');
    }
    assert.deepEqual(seen, oids);
  });

  it('fails, and blames no object, when the repository goes away', async () => {
    using rig = new GitRig();
    const oids = Array.from({length: 3000}, (_, index) => rig.blob(`${index}`));
    const reader = openBlobReader(await openRepository(rig.gitDir), {
      holdMaxBytes: 100_000,
      restartAfterBytes: 100,
    });
    await assert.rejects(
      async () => {
        for await (const blob of reader.read(oids)) {
          assert.ok('bytes' in blob, JSON.stringify(blob));
          if (blob.bytes.toString() === '100') renameSync(rig.gitDir, `${rig.gitDir}.away`);
        }
      },
      {code: 'REPOSITORY'},
    );
  });

  it('does not wait for a slow source before it gives what it has', async () => {
    using rig = new GitRig();
    const [first, second] = [rig.blob('first'), rig.blob('second')];
    const {promise, resolve} = Promise.withResolvers<void>();
    async function* source() {
      yield first;
      // Comes only after the consumer has got the first.
      await promise;
      yield second;
    }
    const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 100});
    const seen: string[] = [];
    for await (const {oid} of reader.read(source())) {
      seen.push(oid);
      resolve();
    }
    assert.deepEqual(seen, [first, second]);
  });

  it('passes on what its source throws', async () => {
    using rig = new GitRig();
    const oid = rig.blob('x');
    async function* source() {
      yield oid;
      await setImmediate();
      throw new RangeError('no more');
    }
    await assert.rejects(readBlobs(rig, source()), RangeError);
  });

  it('ends its source and its git when the consumer stops early', async () => {
    using rig = new GitRig();
    const oid = rig.blob(randomBytes(1_000_000));
    let isEnded = false;
    async function* source() {
      try {
        for (;;) yield oid;
      } finally {
        isEnded = true;
      }
    }
    const reader = openBlobReader(await openRepository(rig.gitDir), {holdMaxBytes: 1000});
    for await (const blob of reader.read(source())) {
      assert.ok('stream' in blob);
      break;
    }
    assert.equal(isEnded, true);
    assert.deepEqual(gitChildren(), []);
  });

  it('never gives git anything but an oid', async () => {
    using rig = new GitRig();
    await assert.rejects(readBlobs(rig, ['HEAD:file']), {code: 'ERR_ASSERTION'});
    await assert.rejects(readBlobs(rig, [`${MISSING}\nflush`]), {code: 'ERR_ASSERTION'});
  });
});

/** Pids of running gits that this process started. */
function gitChildren(): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=,stat=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([pid, , command]) => (command === 'git' ? [Number(pid)] : []));
}
