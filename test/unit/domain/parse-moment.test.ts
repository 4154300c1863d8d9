import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {parseMoment} from '../../../src/domain/parse-moment.ts';

const NOW = new Date('2026-03-15T12:00:00Z');

describe('parseMoment', () => {
  const cases: [text: string, moment: string | undefined][] = [
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    [' 2026-01-31 ', '2026-01-31T00:00:00Z'],
    ['2026-01-31T12:30', '2026-01-31T12:30:00Z'],
    ['2026-01-31 12:30:59', '2026-01-31T12:30:59Z'],
    ['2026-01-31T12:30:59.999Z', '2026-01-31T12:30:59Z'],
    ['2026-01-31T12:30:00+0200', '2026-01-31T10:30:00Z'],
    ['2026-01-31 12:30:00 -01:30', '2026-01-31T14:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2026-02-29', undefined],
    ['2026-13-01', undefined],
    ['2026-01-31T24:30', undefined],
    ['2026-01-31T12:30+99:00', undefined],
    ['2026-1-1', undefined],
    ['now', '2026-03-15T12:00:00Z'],
    ['yesterday', '2026-03-14T12:00:00Z'],
    ['1 second ago', '2026-03-15T11:59:59Z'],
    ['90 minutes ago', '2026-03-15T10:30:00Z'],
    ['2 weeks ago', '2026-03-01T12:00:00Z'],
    ['2.weeks.ago', '2026-03-01T12:00:00Z'],
    ['3 Months ago', '2025-12-15T12:00:00Z'],
    ['1 year ago', '2025-03-15T12:00:00Z'],
    ['999999 years ago', undefined],
    ['some time ago', undefined],
    ['', undefined],
  ];
  for (const [text, moment] of cases) {
    it(`${JSON.stringify(text)} is ${moment ?? 'none'}`, () => {
      const seconds = moment === undefined ? undefined : Date.parse(moment) / 1000;
      assert.equal(parseMoment(text, {now: NOW}), seconds);
    });
  }

  it('a day has an end, a time does not', () => {
    const end = Date.parse('2026-01-31T23:59:59Z') / 1000;
    assert.equal(parseMoment('2026-01-31', {isEnd: true}), end);
    assert.equal(parseMoment('2026-01-31T23:59:59Z', {isEnd: true}), end);
  });

  it('nothing is relative without a now', () => assert.equal(parseMoment('yesterday'), undefined));
});
