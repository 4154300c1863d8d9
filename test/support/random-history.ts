import type {CtrRig} from './ctr-rig.ts';

/** Numbers that follow from a seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One random thing that people do to a repository, and the push of it: commits, merges, amended and deleted
 * branches, orphans, tags. `step` makes names unique.
 */
export function pushSomething(rig: CtrRig, random: () => number, step: number): void {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const branches = rig.git('branch', '--format=%(refname:short)').split('\n').filter(Boolean);
  const branch = branches.length > 0 ? pick(branches) : 'main';
  const files = () =>
    Object.fromEntries(
      Array.from({length: 1 + Math.floor(random() * 4)}, () => [
        pick(['a.txt', 'b.md', 'docs/c.md', 'docs/deep/d.ts', 'docs/deep/e.bin', `new/${step}.txt`]),
        random() < 0.2
          ? Buffer.from([0, 1, Math.floor(random() * 256)])
          : `word${Math.floor(random() * 30)} step${step}\n`,
      ]),
    );
  const checkout = (name: string) => rig.git('checkout', '--quiet', '--force', name);
  const kind =
    branches.length === 0
      ? 'commit'
      : pick(['commit', 'commit', 'commit', 'branch', 'merge', 'amend', 'delete', 'orphan', 'tag', 'remove']);
  switch (kind) {
    case 'commit':
      if (branches.length > 0) checkout(branch);
      rig.commit(`step ${step}`, files());
      rig.push('HEAD');
      return;
    case 'branch':
      rig.git(
        'checkout',
        '--quiet',
        '--force',
        '-b',
        `branch-${step}`,
        pick(rig.git('rev-list', '--all').split('\n')),
      );
      rig.commit(`step ${step}`, files());
      rig.push('HEAD');
      return;
    case 'merge': {
      checkout(branch);
      const strategy = pick([['-s', 'ours'], ['-X', 'ours'], ['-X', 'theirs'], []]);
      rig.merge(pick(branches), '--allow-unrelated-histories', ...strategy);
      rig.push('HEAD');
      return;
    }
    case 'amend':
      checkout(branch);
      rig.write(files());
      rig.git('add', '--all');
      rig.git('commit', '--quiet', '--amend', '--allow-empty', '--message', `amended ${step}`);
      rig.push('HEAD');
      return;
    case 'delete':
      if (branches.length < 2) return;
      checkout(branches.find((name) => name !== branch)!);
      rig.git('branch', '--quiet', '-D', branch);
      rig.push(`:refs/heads/${branch}`);
      return;
    case 'orphan':
      rig.git('checkout', '--quiet', '--force', '--orphan', `orphan-${step}`);
      rig.git('rm', '--quiet', '-r', '--force', '--ignore-unmatch', '.');
      rig.commit(`step ${step}`, files());
      rig.push('HEAD');
      return;
    case 'tag':
      rig.git(
        'tag',
        '--force',
        ...(random() < 0.5 ? ['--annotate', '--message', 'tagged'] : []),
        `tag-${step % 3}`,
        branch,
      );
      rig.push(`refs/tags/tag-${step % 3}`);
      return;
    case 'remove': {
      checkout(branch);
      const present = rig.git('ls-files').split('\n').filter(Boolean);
      if (present.length < 2) return;
      rig.commit(`removed at ${step}`, {[pick(present)]: undefined});
      rig.push('HEAD');
      return;
    }
  }
}
