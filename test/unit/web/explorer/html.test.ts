import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {showBreakable, showDate, showTime} from '../../../../src/web/explorer/html.ts';

const NOW = new Date('2026-11-29T12:00:00Z');

describe('showDate', () => {
  const cases: [iso: string, words: string][] = [
    ['2026-11-29T11:59:30+00:00', 'just now'],
    ['2026-11-29T13:00:20+01:00', 'just now'],
    ['2026-11-29T12:58:00+01:00', '2 minutes ago'],
    ['2026-11-29T11:00:00+00:00', '1 hour ago'],
    ['2026-11-20T12:00:00+00:00', '9 days ago'],
    ['2026-10-01T12:00:00+00:00', '1 month ago'],
    ['2025-12-01T12:00:00+00:00', '11 months ago'],
    ['1970-01-01T00:00:00+00:00', '56 years ago'],
    ['2030-01-01T12:00:00+05:30', '2030-01-01'],
  ];
  for (const [iso, words] of cases) {
    test(`${iso} is ${words}`, async () => {
      const exact = `${iso.slice(0, 10)} ${iso.slice(11, 19)} ${iso.slice(19)}`;
      assert.equal(
        String(await showDate(iso, NOW)),
        `<time datetime="${iso}" title="${exact}">${words}</time>`,
      );
    });
  }

  test('a time of the index has no offset and no milliseconds', async () => {
    assert.equal(
      String(await showDate('2026-11-29T10:59:00.123Z', NOW)),
      '<time datetime="2026-11-29T10:59:00.123Z" title="2026-11-29 10:59:00 UTC">1 hour ago</time>',
    );
  });

  test('a year that no calendar has is shown as it stands', async () => {
    for (const show of [showDate, showTime]) {
      assert.equal(String(await show('275760-09-13T00:00:00+00:00', NOW)), '<span>275760-09-13</span>');
      assert.equal(String(await show('2023-11-19T02:52:20+99:99', NOW)), '<span>2023-11-19</span>');
    }
  });

  test('the exact time first, where it is asked for', async () => {
    const iso = '2026-11-28T12:00:00+01:00';
    const shown = `<time datetime="${iso}">2026-11-28 12:00:00 +01:00</time> (1 day ago)`;
    assert.equal(String(await showTime(iso, NOW)), shown);
  });
});

test('a name may wrap behind its separators, and is escaped', async () => {
  assert.equal(String(await showBreakable('a/b-c_d.ts')), 'a/<wbr>b-<wbr>c_<wbr>d.ts');
  assert.equal(String(await showBreakable('<b>--x..')), '&lt;b&gt;--<wbr>x..');
});
