import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type BuildSettings, planReindex, withSettings} from '../../../src/domain/build-settings.ts';

const NOW: BuildSettings = {
  derivation: 1,
  history: 'all',
  exclude: ['*.log'],
  textMaxBytes: 100,
  shards: 1,
  substrings: true,
};

test('nothing is due where everything was built as it would be now', () => {
  assert.deepEqual(planReindex([NOW], {...NOW, exclude: ['*.log']}), []);
  assert.deepEqual(planReindex([], NOW), []);
});

test('each difference is named, with what was and what is', () => {
  const was: BuildSettings = {
    derivation: 0,
    history: 'refs',
    exclude: [],
    textMaxBytes: 5,
    shards: 3,
    substrings: false,
  };
  assert.deepEqual(planReindex([was], NOW), [
    {setting: 'derivation', was: 0, is: 1},
    {setting: 'ctr.history', was: 'refs', is: 'all'},
    {setting: 'ctr.exclude', was: [], is: ['*.log']},
    {setting: 'ctr.text.maxBytes', was: 5, is: 100},
    {setting: 'ctr.index.shards', was: 3, is: 1},
    {setting: 'ctr.index.substrings', was: false, is: true},
  ]);
});

test('a setting that was changed and changed back has left its mark', () => {
  const between = {...NOW, exclude: []};
  const builtWith = withSettings(withSettings(withSettings([], NOW), between), NOW);
  assert.deepEqual(builtWith, [NOW, between]);
  assert.deepEqual(planReindex(builtWith, NOW), [{setting: 'ctr.exclude', was: [], is: ['*.log']}]);
});

test('the index as a whole stays as it was created until it is built again', () => {
  const wanted = {...NOW, shards: 5, substrings: false, textMaxBytes: 5};
  const builtWith = withSettings([NOW], wanted);
  assert.deepEqual(builtWith, [NOW, {...NOW, textMaxBytes: 5}]);
  assert.deepEqual(planReindex(builtWith, {...wanted, textMaxBytes: 100}), [
    {setting: 'ctr.text.maxBytes', was: 5, is: 100},
    {setting: 'ctr.index.shards', was: 1, is: 5},
    {setting: 'ctr.index.substrings', was: true, is: false},
  ]);
  assert.equal(withSettings([NOW], {...NOW, shards: 5}).length, 1);
  // Of another repository that shares it.
  assert.deepEqual(withSettings([], wanted, NOW), [{...NOW, textMaxBytes: 5}]);
});

test('a difference that was there twice is named once', () => {
  const other = {...NOW, textMaxBytes: 5};
  assert.equal(planReindex([other, {...other, history: 'refs'}], NOW).length, 2);
});
