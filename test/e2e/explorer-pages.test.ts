import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Page} from 'playwright-core';
import {Browser, keepPicture, listBarriers} from '../support/browser.ts';
import {openExplorerWorld} from '../support/explorer-world.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

const OBSERVE = 'src/middleware/observe-the-weather-and-say-what-the-sky-does.ts';
const HEADER_MAX_PX = 100;

/** Every kind of page, by the name of its picture. */
const PAGES: Readonly<Record<string, string>> = {
  repositories: '',
  repository: 'repo',
  'empty-repository': 'empty',
  'repository-without-head': 'headless',
  tree: 'repo/tree/src/middleware',
  'long-folder': 'repo/branches/many/tree/many',
  code: `repo/file/${OBSERVE}`,
  document: 'repo/file/docs/guide.md',
  image: 'repo/file/docs/logo.png',
  binary: 'repo/file/docs/paper.pdf',
  'too-large': 'repo/file/docs/large.log',
  history: 'repo/history',
  'history-of-file': `repo/history/${OBSERVE}`,
  'history-filtered': 'repo/history?author=nobody&grep=storm&since=2026-01-01',
  commit: 'repo/commit/{feature/storm-warnings}',
  'compare-form': 'repo/compare',
  'compare-directly': 'repo/compare?from=main&to=feature%2Fstorm-warnings&dots=2',
  'compare-unrelated': 'repo/compare?from=main&to=many',
  compare: 'repo/compare?from=main&to=feature%2Fstorm-warnings',
  branches: 'repo/branches',
  tags: 'repo/tags',
  find: 'repo/find?name=middleware',
  'search-empty': 'repo/search',
  search: 'repo/search?q=sky',
  'search-nothing': 'repo/search?q=thunder',
  'search-beginnings': 'repo/search?q=drizz',
  'search-everything': 'repo/search?q=sky&in=everything',
  'search-each-version': 'repo/search?q=sky&in=everything&each=1',
  'search-refused': 'repo/search?q=%22open',
  where: `repo/where/${OBSERVE}`,
  'missing-path': 'repo/file/docs/storm.md',
  'missing-revision': 'repo/r/nope',
  'missing-page': 'nobody',
  'bad-request': 'repo/compare?from=ambiguous%20x&to=main',
  unavailable: 'down',
};

/** By the name of its picture, the key that opens it. */
const DIALOGS: Readonly<Record<string, string>> = {keys: '?', finder: 't', switcher: 'w'};

const WINDOWS = [
  {width: 1280, height: 900},
  {width: 390, height: 844},
];

describeWith('browser', 'every kind of page', () => {
  test('is accessible, and fits a window and a telephone, light and dark', async () => {
    await using rig = await openExplorerWorld();
    await using server = await ServeRig.start([rig.root], {env: rig.env, cwd: rig.root});
    const problems: string[] = [];
    for (const viewport of WINDOWS) {
      for (const colorScheme of ['light', 'dark'] as const) {
        // Both colours and both widths, but not each with each: it takes a second a page.
        const isJudged = (colorScheme === 'light') === (viewport === WINDOWS[0]);
        await using browser = await Browser.open({colorScheme, viewport});
        const page = await browser.context.newPage();
        const look = async (name: string) => {
          const picture = `${name}-${viewport.width}-${colorScheme}`;
          await keepPicture(page, picture);
          const barriers = isJudged ? await listBarriers(page) : [];
          const found = [...barriers, ...(await listOverflows(page, viewport))];
          problems.push(...found.map((problem) => `${picture}: ${problem}`));
        };
        for (const [name, path] of Object.entries(PAGES)) {
          const resolved = path.replace(/\{(.*)\}/, (_, ref: string) => rig.git('rev-parse', ref));
          await page.goto(server.url + resolved);
          await look(name);
        }
        for (const [name, key] of Object.entries(DIALOGS)) {
          await page.goto(`${server.url}repo`);
          await page.keyboard.press(key);
          await page.locator('dialog[open]').waitFor();
          await look(name);
        }
      }
    }
    assert.deepEqual(problems, []);
  });
});

/** Nothing makes the page itself scroll to the side; the header leaves a telephone's window to the content. */
async function listOverflows(page: Page, {width}: {width: number}): Promise<string[]> {
  const {scrollWidth, headerPx} = await page.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
    headerPx: (document.querySelector('.tabs') ?? document.querySelector('.top'))!.getBoundingClientRect()
      .bottom,
  }));
  return [
    ...(scrollWidth > width ? [`it is ${scrollWidth} px wide`] : []),
    ...(headerPx > HEADER_MAX_PX ? [`its header takes ${headerPx} px`] : []),
  ];
}
