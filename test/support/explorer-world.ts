import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {CtrRig} from './ctr-rig.ts';

/** Entries of the folder that no page shows whole. */
export const LONG_FOLDER_FILES = 3000;

const README = `# A library of middleware

[![npm](https://img.example/npm.svg)](https://npm.example/package/middleware) [![local](docs/logo.png)](docs/guide.md)
[![][ci]][ci-target] <a href="https://chat.example/room"><img src="https://img.example/chat.svg"></a>

[ci]: https://img.example/ci.svg
[ci-target]: https://ci.example/runs

Reads sensors and says what the sky does. See [the guide](docs/guide.md), or [the sources](src/).

| Sensor | Unit | What it measures, in a sentence that is longer than a telephone is wide | Since |
|---|---|---|---|
| rain | mm | how much falls | 1.0 |

\`\`\`ts
import {observe} from "./src/middleware/observe-the-weather-and-say-what-the-sky-does-at-this-moment.ts";
\`\`\`
`;

/**
 * A directory of repositories with one of every kind of thing that the explorer has a page for: `repo`, `empty`
 * (installed, never pushed to), `headless` (its HEAD leads nowhere) and `down` (its index does not answer).
 */
export async function openExplorerWorld(): Promise<CtrRig> {
  const rig = new CtrRig('embedded');
  rig.commit('Begin with drizzle', {
    'README.md': README,
    'src/middleware/observe-the-weather-and-say-what-the-sky-does.ts':
      '/** What the sky does. */\nexport function observe(): string {\n  return "drizzle";\n}\n',
    'src/middleware/index.ts': 'export * from "./observe-the-weather-and-say-what-the-sky-does.ts";\n',
    'packages/docusaurus-plugin-content-documentation/package.json': '{"name": "plugin"}\n',
    'a_very_long_file_name_without_any_separator_but_underscores.configuration.json': '{}\n',
    LICENSE: 'Do as you like.\n',
  });
  rig.commit('Say what it smells like, in a subject that is too long for one line of a telephone', {
    'src/middleware/observe-the-weather-and-say-what-the-sky-does.ts':
      '/** What the sky does, and how it smells. */\nexport function observe(): string {\n  const smell = "petrichor";\n  return "drizzle, with " + smell + ", and this line goes on for longer than a narrow window is wide";\n}\n',
    'docs/guide.md':
      '---\ntitle: Weather\nauthor: Ada\n---\n# Guide\n\nLook *up*. ![logo](logo.png)\n\n- [x] open the window\n- [ ] look\n\n> Rain is news.\n',
    'docs/logo.png': readFileSync(new URL('./picture.png', import.meta.url)),
    'docs/paper.pdf': Buffer.from('%PDF-1.4\n\0\x01\x02 a paper'),
    'docs/large.log': 'a line of a log that nobody reads\n'.repeat(90_000),
  });
  rig.git('tag', 'v0.2.0');
  rig.git('checkout', '--quiet', '-b', 'feature/storm-warnings');
  rig.commit('Thunder\n\nStorms are heard before they are seen.', {
    'src/middleware/observe-the-weather-and-say-what-the-sky-does.ts':
      '/** What the sky does, and how it sounds. */\nexport function observe(): string {\n  const sound = "thunder";\n  return "storm, with " + sound;\n}\n',
    'docs/storm.md': '# Storm\n',
  });
  rig.git('checkout', '--quiet', 'main');
  rig.commit('Ask for less', {'src/limits.ts': 'export const REQUESTS_MAX = 10;\n'});
  rig.push('--all');
  rig.push('--tags');
  rig.git('--git-dir', rig.gitDir, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  addLongFolder(rig);
  await rig.installWithoutHook();
  const down = join(rig.root, 'down.git');
  for (const gitDir of [join(rig.root, 'empty.git'), down]) await rig.ctr('init', gitDir);
  rig.git('--git-dir', down, 'config', 'ctr.index.url', 'http://127.0.0.1:9');
  const headless = join(rig.root, 'headless.git');
  rig.git('clone', '--quiet', '--bare', rig.gitDir, headless);
  rig.git('--git-dir', headless, 'symbolic-ref', 'HEAD', 'refs/heads/nobody');
  await rig.ctr('install', headless);
  return rig;
}

function addLongFolder(rig: CtrRig): void {
  const names = Array.from(
    {length: LONG_FOLDER_FILES},
    (_, at) => `entry-${String(at).padStart(4, '0')}.txt`,
  );
  const files = names.map((name) => `M 644 inline many/${name}\ndata ${name.length}\n${name}\n`);
  const script = `commit refs/heads/many\ncommitter A <a@e.org> 1700000900 +0000\ndata 4\nmany\n${files.join('')}`;
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], script);
}
