import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {describe, it} from 'node:test';
import {KEPT_VARIABLES, launcherEnvironment, launcherScript} from '../../../src/git/launcher.ts';

const SHELLS = [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([name]) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
);

describe('launcherScript', () => {
  it('gives every word to the command as it is', () => {
    const odd = ['/bin/echo', "it's", 'a b', '$HOME `x` "q" \\ \n', '', '-n', '*'];
    const script = launcherScript(['printf', '<%s>', ...odd]);
    const result = spawnSync('sh', ['-c', script, 'run', 'more words', "'"]);
    assert.equal(result.stdout.toString(), [...odd, 'more words', "'"].map((word) => `<${word}>`).join(''));
    assert.throws(() => launcherScript(['a\0b']), RangeError);
  });

  for (const shell of SHELLS) {
    it(`keeps the variables that it names, byte for byte, and no others: ${shell.join(' ')}`, () => {
      const odd = 'a\nPATH=/nope\nb="$(exit 1)`\' \\ c';
      const kept = Object.fromEntries(
        KEPT_VARIABLES.map((name) => [name.replace('*', 'CTYPE'), name === 'PATH' ? process.env.PATH : odd]),
      );
      const others = {NODE_OPTIONS: odd, GIT_DIR: '/nope', CTR_EXCLUDE: '*', HOMES: odd, LCX: odd, _x: '1'};
      const [command, ...args] = shell;
      const result = spawnSync(command!, [...args, '-c', launcherScript(['env', '-0'])], {
        env: {...others, ...kept},
      });
      const seen = Object.fromEntries(
        result.stdout
          .toString()
          .split('\0')
          .filter((line) => line !== '' && !/^(_|PWD|OLDPWD|SHLVL)=/.test(line))
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      assert.deepEqual(seen, {...kept, PATH: `${kept['PATH']}:/usr/local/bin:/usr/bin:/bin`});
      assert.deepEqual(launcherEnvironment({...others, ...kept}), kept);
    });
  }
});
