import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {decodeMessage} from '../../../src/git/decode-message.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('decodeMessage', () => {
  const NAMED: readonly [name: string, hex: string, text: string][] = [
    ['CP936', 'd0deb8b4b4edcef3', '修复错误'],
    ['EUC-CN', 'd0deb8b4b4edcef3', '修复错误'],
    ['CP949', 'b9f6b1d720bcf6c1a4', '버그 수정'],
    ['UHC', 'bec8b3e7', '안녕'],
    ['eucJP', 'bda4c0b5a4b7a4dea4b7a4bf', '修正しました'],
    ['UJIS', 'bda4c0b5a4b7a4dea4b7a4bf', '修正しました'],
    ['CP950', 'add7a5bfbff9bb7e', '修正錯誤'],
    ['ISO-2022-JP', '1b24423d2440352437245e2437243f1b2842', '修正しました'],
    ['KOI8R', 'e9d3d0d2c1d7ccc5cecf', 'Исправлено'],
    ['8859_5', 'b8e1dfe0d0d2dbd5ddde', 'Исправлено'],
    ['CP1251', 'c8f1eff0e0e2ebe5edee', 'Исправлено'],
    ['CP932', '87408f4390b3', '①修正'],
  ];
  for (const [name, hex, text] of NAMED) {
    it(`decodes ${name} as iconv does`, () => {
      assert.equal(decodeMessage(Buffer.from(hex, 'hex'), name), text);
      assert.equal(decodeMessage(Buffer.from(hex, 'hex'), ` ${name.toLowerCase()} `), text);
    });
  }

  it('takes a name that is unknown or wrong for none', () => {
    for (const name of [undefined, '', 'x-klingon', 'UTF-8', 'ISO-2022-KR', 'EUC-JP', '8859_99']) {
      assert.equal(decodeMessage(Buffer.from('grüß'), name), 'grüß', name);
      assert.equal(decodeMessage(latin1('grüß'), name === 'EUC-JP' ? undefined : name), 'grüß', name);
    }
  });

  it('shows one bad byte as U+FFFD, and the rest as it is', () => {
    const bad = (text: Buffer) => Buffer.concat([text, Buffer.from([0x0a, 0xff, 0x0a]), text]);
    const russian = Buffer.from('Исправлено');
    assert.equal(decodeMessage(bad(russian), undefined), 'Исправлено\n\ufffd\nИсправлено');
    assert.equal(decodeMessage(bad(russian), 'UTF-8'), 'Исправлено\n\ufffd\nИсправлено');
    const japanese = Buffer.from('bda4c0b5a4b7a4dea4b7a4bf', 'hex');
    assert.equal(decodeMessage(bad(japanese), 'eucJP'), '修正しました\n\ufffd\n修正しました');
  });

  it('keeps a byte order mark', () => {
    assert.equal(decodeMessage(Buffer.from('\ufeffü'), undefined), '\ufeffü');
  });
});
