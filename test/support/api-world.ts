import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {PROBLEM} from '../../src/web/api/schemas.ts';
import {type Backend, CtrRig} from './ctr-rig.ts';
import type {WebRig} from './web-rig.ts';

export const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** A repository with branches, a merge, a tag, and one file of each kind. */
export async function openApiWorld(backend: Backend) {
  const rig = new CtrRig(backend);
  rig.commit('one', {
    'README.md': '---\ntitle: Read me\ntags: [a, b]\n---\n# Heading\nhello world\n',
    'src/a.ts': 'export const getUserName = 1;\n',
    'src/deep/b.ts': 'hello again\n',
    'img/x.png': PNG,
    'old.txt': 'gone later\n',
    'latin.txt': Buffer.from('caf\xe9 hello\n', 'latin1'),
  });
  rig.git('switch', '--quiet', '--create', 'feature/x');
  rig.commit('on the branch', {'src/c.ts': 'hello from the branch\n', 'old.txt': undefined});
  rig.git('switch', '--quiet', 'main');
  rig.commit('two', {'src/a.ts': 'export const getUserName = 2;\n'});
  rig.merge('feature/x');
  rig.git('tag', '--annotate', '--message', 'v1', 'v1');
  rig.push('main', 'feature/x', 'v1');
  await rig.installWithoutHook();
  return rig;
}

export function git(rig: CtrRig, ...args: string[]): Buffer {
  const {status, stdout, stderr} = spawnSync('git', ['--git-dir', rig.gitDir, ...args], {env: rig.env});
  assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export function gitLines(rig: CtrRig, ...args: string[]): string[] {
  return git(rig, ...args)
    .toString()
    .split('\n')
    .filter(Boolean);
}

/** The answer to a request that fails, told as every failure is. */
export async function problemOf(web: WebRig, path: string, init?: RequestInit) {
  const answer = await web.ask(path, init);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json', path);
  const problem = PROBLEM.parse(await answer.json());
  assert.equal(problem.status, answer.status);
  return {...problem, headers: answer.headers};
}
