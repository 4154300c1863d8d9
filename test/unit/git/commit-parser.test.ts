import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
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

  for (const [name, line, expected] of [
    ['no name', '<a@b> 1 +0000', {name: '', email: 'a@b', timeSeconds: 1, offset: '+0000'}],
    ['no address', 'A <> 1 +0000', {name: 'A', email: '', timeSeconds: 1, offset: '+0000'}],
    ['no brackets', 'only a name', {name: 'only a name', email: '', timeSeconds: 0, offset: '+0000'}],
    ['no date', 'A <a@b>', {name: 'A', email: 'a@b', timeSeconds: 0, offset: '+0000'}],
    ['an empty line', '', {name: '', email: '', timeSeconds: 0, offset: '+0000'}],
    ['a date that is none', 'A <a@b> yesterday', {name: 'A', email: 'a@b', timeSeconds: 0, offset: '+0000'}],
    ['no offset', 'A <a@b> 7', {name: 'A', email: 'a@b', timeSeconds: 7, offset: '+0000'}],
    ['an odd offset', 'A <a@b> 7 +51800', {name: 'A', email: 'a@b', timeSeconds: 7, offset: '+0000'}],
    [
      'a time before 1970',
      'A <a@b> -86400 +0000',
      {name: 'A', email: 'a@b', timeSeconds: -86_400, offset: '+0000'},
    ],
    [
      'a huge time',
      `A <a@b> ${'9'.repeat(400)} +0000`,
      {name: 'A', email: 'a@b', timeSeconds: 8.64e12, offset: '+0000'},
    ],
    [
      'a hugely negative time',
      'A <a@b> -9999999999999999 +0000',
      {name: 'A', email: 'a@b', timeSeconds: -8.64e12, offset: '+0000'},
    ],
    ['brackets in brackets', 'A <a@b>> 5 +0100', {name: 'A', email: 'a@b', timeSeconds: 5, offset: '+0100'}],
    [
      'an address that never ends',
      'A <a@b 5 +0100',
      {name: 'A', email: 'a@b 5 +0100', timeSeconds: 0, offset: '+0000'},
    ],
  ] as const) {
    it(`reads a signature with ${name}`, () => {
      using rig = new GitRig();
      assert.deepEqual(parse(rig, {author: line}).author, expected);
    });
  }

  it('decodes by the encoding header', () => {
    using rig = new GitRig();
    const koi8 = parse(rig, {headers: 'encoding KOI8-R\n', message: Buffer.from([0xf0, 0xd2, 0xc9])});
    assert.equal(koi8.message, 'При');
    const sjis = parse(rig, {
      headers: 'encoding SHIFT-JIS\n',
      author: Buffer.from([0x83, 0x65, ...Buffer.from(' <a@b> 1 +0900')]),
    });
    assert.equal(sjis.author.name, 'テ');
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
