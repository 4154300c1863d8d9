import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import type {Locator, Page, Route} from 'playwright-core';
import {assertAccessible, Browser, keepPicture} from '../support/browser.ts';
import {CtrRig} from '../support/ctr-rig.ts';
import {manyFiles, manyRefs, wideFolder} from '../support/large-repositories.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

const LOOKS = [
  {name: 'wide-light', colorScheme: 'light', viewport: {width: 1280, height: 900}},
  {name: 'wide-dark', colorScheme: 'dark', viewport: {width: 1280, height: 900}},
  {name: 'narrow-light', colorScheme: 'light', viewport: {width: 390, height: 844}},
  {name: 'narrow-dark', colorScheme: 'dark', viewport: {width: 390, height: 844}},
] as const;

describeWith('browser', 'a person at a large repository', () => {
  let files: Served;
  let refs: Served;
  let wide: Served;
  before(async () => {
    files = await serve(manyFiles(40_000, {'pages/common/tar.md': '# tar\n'}));
    refs = await serve(manyRefs({branches: 1500, tags: 300}));
    wide = await serve(wideFolder({files: 3000, folders: 30}));
  });
  after(async () => {
    for (const served of [files, refs, wide]) await served?.end();
  });

  for (const {name, colorScheme, viewport} of LOOKS) {
    test(`finds, switches and pages: ${name}`, async () => {
      await using browser = await Browser.open({colorScheme, viewport});
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      const looks = async (what: string) => {
        await keepPicture(page, `large-${what}-${name}`);
        await assertAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
      };

      await page.goto(`${files.url}repo`);
      await open(page, 't', 'Find a file');
      await page.keyboard.type('pages/common/tar.md');
      await choices(page, ['pages/common/tar.md']);
      await looks('finder');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/repo/file/pages/common/tar.md');
      await page.goto(`${files.url}repo/find?name=tar`);
      await looks('find');

      await page.goto(`${refs.url}repo/branches/topic/1234/file/a.txt`);
      await open(page, 'w', 'Switch branch or tag');
      await page.keyboard.type('topic/123');
      await page.getByRole('dialog').getByText('current').waitFor();
      await looks('switcher');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('v0.123.0');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/repo/r/refs/tags/v0.123.0/file/a.txt');
      for (const list of ['branches', 'tags', 'refs?filter=topic/7']) {
        await page.goto(`${refs.url}repo/${list}`);
        await looks(list.replace(/\?.*/, ''));
      }

      await page.goto(`${wide.url}repo/tree/wide`);
      await page.getByRole('link', {name: 'Next entries'}).click();
      await page.getByText('1,001 to 2,000 of 3,031 entries').scrollIntoViewIfNeeded();
      await looks('folder');
      assert.deepEqual(complaints, []);
    });
  }

  test('what is typed is asked for once, and a late answer is not shown', async () => {
    await using browser = await Browser.open();
    const page = await browser.context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => {
      const {pathname, searchParams} = new URL(request.url());
      if (pathname.endsWith('/find')) asked.push(searchParams.get('name')!);
    });
    await page.goto(`${files.url}repo`);
    await open(page, 't', 'Find a file');
    await page.keyboard.type('file-1234', {delay: 5});
    await choices(page, ['File-1234.md']);
    assert.ok(asked.length <= 3, `${asked}`);

    const held = Promise.withResolvers<Route>();
    await page.route('**/find?name=file-77', (route) => held.resolve(route));
    await field(page).fill('file-77');
    const route = await held.promise;
    await field(page).fill('file-779');
    await choices(page, ['File-779.md']);
    await route
      .fulfill({contentType: 'text/html', body: '<ul data-choices><li><a href="/late">late</a></li></ul>'})
      .catch(() => undefined);
    await field(page).fill('file-39999');
    await choices(page, ['File-39999.md']);
    assert.equal(await page.getByRole('dialog').getByText('late').count(), 0);
  });

  test('Enter waits for the answer to what is typed', async () => {
    await using browser = await Browser.open();
    const page = await browser.context.newPage();
    await page.goto(`${files.url}repo`);
    await open(page, 't', 'Find a file');
    await choices(page, ['File-']);
    await field(page).fill('common/tar');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/repo/file/pages/common/tar.md');
  });

  test('opening the finder and typing takes a few kilobytes', async () => {
    await using browser = await Browser.open();
    const page = await browser.context.newPage();
    let bytes = 0;
    page.on('requestfinished', async (request) => {
      if (new URL(request.url()).pathname.endsWith('/find'))
        bytes += (await request.sizes()).responseBodySize;
    });
    await page.goto(`${files.url}repo`);
    await open(page, 't', 'Find a file');
    await page.keyboard.type('tar.md');
    await choices(page, ['pages/common/tar.md']);
    await page.waitForLoadState('networkidle');
    assert.ok(bytes > 0 && bytes < 10_000, `${bytes} bytes`);
  });

  test('a server that does not answer is told, and asked again', async () => {
    await using browser = await Browser.open();
    const page = await browser.context.newPage();
    await page.goto(`${files.url}repo`);
    await page.route('**/find?name=tar.md', (route) => route.abort());
    await open(page, 't', 'Find a file');
    await field(page).fill('tar.md');
    await page.getByRole('dialog').getByText('The server does not answer.').waitFor();
    await page.unroute('**/find?name=tar.md');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/repo/file/pages/common/tar.md');
  });
});

interface Served {
  readonly url: string;
  readonly end: () => Promise<void>;
}

async function serve(script: string): Promise<Served> {
  const rig = new CtrRig('embedded');
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet', '--force'], script);
  await rig.installWithoutHook();
  const server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
  const end = async () => {
    await server[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
  };
  return {url: server.url, end};
}

async function open(page: Page, key: string, label: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole('dialog', {name: label}).getByRole('searchbox').waitFor();
}

function field(page: Page): Locator {
  return page.getByRole('dialog').getByRole('searchbox');
}

/** Resolves when the first choices end with these texts. */
async function choices(page: Page, wanted: readonly string[]): Promise<void> {
  await page.waitForFunction((texts) => {
    const links = [...document.querySelectorAll('dialog li > a')];
    return texts.every((text, at) => links[at]?.textContent?.includes(text));
  }, wanted);
}
