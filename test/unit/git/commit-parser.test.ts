import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {formatSignatureTime} from '../../../src/domain/commit.ts';
import {parseCommit, subjectOf} from '../../../src/git/commit-parser.ts';
import {GitRig, type RigCommit} from '../../support/git-rig.ts';

/** Writes the commit with real git's object format and reads it back as git gives it. */
function parse(rig: GitRig, commit: RigCommit) {
  const oid = rig.commit(commit);
  return parseCommit({oid, parents: commit.parents ?? []}, rig.gitBytes(['cat-file', 'commit', oid]));
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('parseCommit', () => {
  it('reads tree, people, dates and the whole message', () => {
    using rig = new GitRig();
    const author = 'Zoë Müller <zoe@example.com> 1700000000 +0530';
    const committer = 'C <c@example.com> 1700000001 -0700';
    const commit = parse(rig, {
      tree: {a: 'a'},
      author,
      committer,
      message: '\n\nfirst line  \n  second\n\nbody\n',
    });
    assert.equal(commit.tree, rig.treeOf({a: 'a'}));
    assert.deepEqual(commit.author, {
      name: 'Zoë Müller',
      email: 'zoe@example.com',
      timeSeconds: 1_700_000_000,
      offset: '+0530',
    });
    assert.deepEqual(commit.committer, {
      name: 'C',
      email: 'c@example.com',
      timeSeconds: 1_700_000_001,
      offset: '-0700',
    });
    assert.equal(commit.message, '\n\nfirst line  \n  second\n\nbody\n');
    assert.equal(commit.subject, 'first line   second');
  });

  it('takes the first 65,536 characters of a message, whole characters, and 4,096 of a subject and of a name', () => {
    using rig = new GitRig();
    const author = `${'n'.repeat(5000)} <${'e'.repeat(5000)}> 1700000000 +0000`;
    const {message, subject, author: read} = parse(rig, {author, message: `${'m'.repeat(65_535)}😀 more`});
    assert.equal(message, 'm'.repeat(65_535));
    assert.equal(subject, 'm'.repeat(4096));
    assert.deepEqual([read.name, read.email], ['n'.repeat(4096), 'e'.repeat(4096)]);
    assert.equal(read.timeSeconds, 1_700_000_000);
  });

  it('reads people and dates as git log shows them, whatever they say', () => {
    using rig = new GitRig();
    const zones = ['+530', '-530', '-0030', '+0', '-0', '+1', '+060', '+9999', '+99999', '+12345678'];
    const oddZones = [
      '-2147483647',
      '+2147483646',
      '+2147483647',
      '+99999999999999999999',
      '+05:30',
      '+5a',
      '+',
      'UTC',
    ];
    const times = [
      '0',
      '007',
      '-5',
      '+7',
      '7x',
      '253402300799',
      '253402300800',
      '8640000000001',
      '99999999999999',
    ];
    const hugeTimes = ['4503599627370496', '9223372036854775807', '18446744073709551615', '9'.repeat(400)];
    const lines: string[] = [
      ...[...zones, ...oddZones, ' +0200', '+0200 x', '0530'].map((zone) => `A <a@b> 1700000000 ${zone}`),
      ...[...times, ...hugeTimes].map((time) => `A <a@b> ${time} +0000`),
      'A <a@b> 7',
      'A <a@b>',
      'A <a@b> yesterday',
      'A <a@b>5+0100',
      '\tA\t <\ta@b>\t5\t+0100',
      'A <x <a@b> 5 +0100',
      'A <a@b> c> 5 +0100',
      'A <a@b>> 5 +0100',
      'A> <a@b> 5 +0100',
      'A < a@b > 5 +0100',

      '  A  B  <a@b> 5 +0100',
      '<a@b> 5 +0100',
      'A <> 1 +0000',
      'A . <.a@b,> 5 +0100',
      'A \x0b <a@b> 5 +0100',

      '\u00a0A\u00a0 <a@b> 5 +0100',
      'A 5 +0100',
      'only a name',
      '',
      'A <a@b 5 +0100',
      'A<a@b> 5 +0100',
      'A <a@b> 5 +0000\nauthor B <b@b> 6 +0100',
    ];
    for (const line of lines) {
      const oid = rig.commit({author: line});
      const shown = rig.git('log', '-1', '--format=%an%x00%ae%x00%aI', oid).split('\0');
      // Without a date git shows the placeholder; a newer one spells UTC as Z.
      const [name, email, date] = [shown[0], shown[1], shown[2]!.replace(/Z$/, '+00:00')];
      const {author} = parse(rig, {author: line});
      const found = [author.name, author.email, formatSignatureTime(author)];
      assert.deepEqual(
        found,
        [name, email, /^\d/.test(date) ? date : '1970-01-01T00:00:00+00:00'],
        String(line),
      );
    }
  });

  it('keeps a time that no program can count as one that it can', () => {
    using rig = new GitRig();
    const timeOf = (time: string) => parse(rig, {author: `A <a@b> ${time} +0100`}).author.timeSeconds;
    assert.equal(timeOf('67767976233532799'), 2 ** 52);
    // Git refuses to show the first two at all.
    for (const time of ['9223372036854775807', '67768136191676800', '-9999999999999999'])
      assert.equal(timeOf(time), 0);
  });

  it('decodes by the encoding header', () => {
    using rig = new GitRig();
    const koi8 = parse(rig, {headers: 'encoding KOI8-R\n', message: Buffer.from([0xf0, 0xd2, 0xc9])});
    assert.equal(koi8.message, 'При');
    const sjis = parse(rig, {
      headers: 'encoding SHIFT-JIS\n',
      author: Buffer.from([0x83, 0x65, ...Buffer.from(' <a@b> 1 +0900')]),
    });
    assert.equal(sjis.author.name, 'テ');
    const c1 = Buffer.from([0x93, 0xe9]);
    for (const [encoding, expected] of [
      ['ISO-8859-1', '\u0093é'],
      ['latin1', '\u0093é'],
      ['cp1252', '“é'],
    ] as const)
      assert.equal(parse(rig, {headers: `encoding ${encoding}\n`, message: c1}).message, expected, encoding);
    const circled = parse(rig, {headers: 'encoding CP932\n', message: Buffer.from([0x87, 0x40])});
    assert.equal(circled.message, '①');
  });

  it('takes text without a header, with an unknown or a wrong one, as UTF-8, and as Latin-1 where it is not', () => {
    using rig = new GitRig();
    for (const headers of ['', 'encoding x-klingon\n', 'encoding UTF-8\n', 'encoding\n', 'encoding \n']) {
      assert.equal(parse(rig, {headers, message: 'grüß\n'}).message, 'grüß\n', headers);
      assert.equal(parse(rig, {headers, message: latin1('grüß\n')}).message, 'grüß\n', headers);
    }
    assert.equal(parse(rig, {author: latin1('Zoë <z@e> 1 +0000'), message: 'grüß'}).author.name, 'Zoë');
  });

  it('keeps what stands behind a NUL', () => {
    using rig = new GitRig();
    assert.equal(parse(rig, {message: 'before\0after\n'}).message, 'before\ufffdafter\n');
  });

  it('passes over signatures and merged tags, whatever they say', () => {
    using rig = new GitRig();
    const headers =
      'gpgsig -----BEGIN-----\n \n tree 0\n author X <x@y> 1 +0000\n -----END-----\nmergetag object 1\n tag v\n \n encoding KOI8-R\n';
    const commit = parse(rig, {headers, message: 'm\n'});
    assert.deepEqual([commit.author.name, commit.message, commit.tree], ['A U Thor', 'm\n', rig.treeOf({})]);
  });

  it('reads a commit without message and one without anything but a tree', () => {
    using rig = new GitRig();
    assert.equal(parse(rig, {message: ''}).message, '');
    const bare = parseCommit({oid: '1'.repeat(40), parents: []}, Buffer.from(`tree ${'a'.repeat(40)}`));
    assert.deepEqual([bare.subject, bare.author.name], ['', '']);
  });

  it('refuses one that names no tree', () => {
    for (const bytes of ['', '\n\nmessage', 'author A <a@b> 1 +0000\n\n', 'tree ../../etc\n\n']) {
      assert.throws(() => parseCommit({oid: '1'.repeat(40), parents: []}, Buffer.from(bytes)), {
        code: 'OBJECT_CORRUPT',
      });
    }
  });
});

describe('subjectOf', () => {
  for (const message of [
    '',
    '\n',
    'one',
    'one\ntwo\n\nthree',
    '  indented\n\tmore  \n \nbody',
    '\n \n\nlate\n',
    'a\r\nb\r\n\r\nc',
    '\t\nx',
    'many          spaces  between  \nlines \t \n',
  ]) {
    it(`gives the subject of ${JSON.stringify(message)} as git log does`, () => {
      using rig = new GitRig();
      const oid = rig.commit({message});
      assert.equal(subjectOf(message), rig.git('log', '-1', '--format=%s', oid));
    });
  }
});
