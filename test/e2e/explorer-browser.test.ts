import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import type {Page} from 'playwright-core';
import {assertAccessible, Browser, keepPicture} from '../support/browser.ts';
import {CtrRig} from '../support/ctr-rig.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

const PDF = Buffer.from('%PDF-1.4\n\0\x01\x02 a paper');

describeWith('browser', 'a person at the explorer', () => {
  for (const {name, colorScheme, javaScriptEnabled} of [
    {name: 'light', colorScheme: 'light', javaScriptEnabled: true},
    {name: 'dark', colorScheme: 'dark', javaScriptEnabled: true},
    {name: 'without JavaScript', colorScheme: 'light', javaScriptEnabled: false},
  ] as const) {
    test(`pushes, finds, switches, looks back and downloads: ${name}`, async () => {
      await using rig = await personRig();
      await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
      await using browser = await Browser.open({colorScheme, javaScriptEnabled, acceptDownloads: true});
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      const person = new Person(page, {name: name.replaceAll(' ', '-'), hasScript: javaScriptEnabled});

      await page.goto(server.url);
      await person.looks('repositories');
      await page.getByRole('link', {name: 'repo', exact: true}).click();
      await person.looks('tree');
      await person.searches('petrichor');
      await person.looks('search');
      await page.getByRole('link', {name: 'src/weather.ts', exact: true}).click();
      await page.getByText('petrichor').first().waitFor();
      await person.looks('file');

      await person.switchesTo('feature/storm');
      await page.waitForURL('**/repo/branches/feature/storm/file/src/weather.ts');
      await page.getByText('thunder').first().waitFor();
      await page.getByRole('navigation', {name: 'File'}).getByRole('link', {name: 'History'}).click();
      await person.looks('history');
      await page.getByRole('link', {name: 'Browse'}).last().click();
      await page.getByText('drizzle').first().waitFor();
      assert.match(page.url(), /\/repo\/r\/[0-9a-f]{40}\/file\/src\/weather\.ts$/);
      await person.looks('old-revision');

      await page.goto(`${server.url}repo/tree/docs`);
      await page.getByRole('link', {name: 'paper.pdf'}).click();
      await person.looks('binary');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', {name: 'Download it'}).click(),
      ]);
      assert.equal(download.suggestedFilename(), 'paper.pdf');
      assert.deepEqual(readFileSync(await download.path()), PDF);

      await page.goto(`${server.url}repo/file/docs/guide.md`);
      await person.looks('document');
      await page.getByRole('link', {name: 'Source'}).click();
      await page.getByText('title: Weather').waitFor();
      await page.goto(`${server.url}repo/commit/${rig.git('rev-parse', 'feature/storm')}`);
      await page.getByText('thunder').first().waitFor();
      await person.looks('commit');
      for (const [path, picture] of [
        ['compare?from=v1.0&to=feature/storm', 'compare'],
        ['branches', 'branches'],
        ['tags', 'tags'],
        ['find?name=*.md', 'find'],
        ['where/src/weather.ts', 'where'],
        ['file/docs/storm.md', 'missing'],
        ['search?q=drizzle&in=everything', 'everything'],
        ['search?q="', 'bad-query'],
        ['file/docs/logo.png', 'image'],
      ] as const) {
        await page.goto(`${server.url}repo/${path}`);
        await person.looks(picture);
      }
      const unexpected = complaints.filter((text) => !/status of 40[04]/.test(text));
      assert.deepEqual(unexpected, []);
    });
  }

  test('keys do what they do elsewhere', async () => {
    await using rig = await personRig();
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    await using browser = await Browser.open();
    const page = await browser.context.newPage();
    await page.goto(`${server.url}repo/file/src/weather.ts`);
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', {name: 'Keys'});
    await keys.getByText('permanent link').waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.keyboard.press('Escape');
    await keys.waitFor({state: 'hidden'});
    await page.keyboard.press('t');
    await page.getByRole('searchbox', {name: 'Find a file'}).fill('dgui');
    await keepPicture(page, 'finder');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/repo/file/docs/guide.md');
    await page.goto(`${server.url}repo/file/src/weather.ts`);
    await page.getByRole('link', {name: '2', exact: true}).click();
    await page.getByRole('link', {name: '4', exact: true}).click({modifiers: ['Shift']});
    await page.waitForURL('**/weather.ts#L2-L4');
    assert.equal(await page.locator('.line.chosen').count(), 3);
    await page.keyboard.press('y');
    await page.waitForURL(/\/r\/[0-9a-f]{40}\/file\/src\/weather\.ts#L2-L4$/);
    assert.equal(await page.locator('.line.chosen').count(), 3);
    await keepPicture(page, 'lines');
    await page.keyboard.press('/');
    assert.equal(await page.evaluate('document.activeElement.id'), 'q');
  });
});

describeWith('browser', 'a telephone', () => {
  test('a dialog stays where it is while somebody types, and above the keyboard', async () => {
    await using rig = await personRig();
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    await using browser = await Browser.open({viewport: {width: 390, height: 844}});
    const page = await browser.context.newPage();
    await page.goto(`${server.url}repo/file/src/weather.ts`);
    await page.keyboard.press('t');
    const field = page.getByRole('searchbox', {name: 'Find a file'});
    const dialog = page.getByRole('dialog', {name: 'Find a file'});
    const placeOf = async () => {
      const {x, y, width, height} = (await dialog.boundingBox())!;
      return {x, y, width, height};
    };
    await field.waitFor();
    const before = await placeOf();
    await field.fill('guide');
    await dialog.getByRole('link').nth(1).waitFor({state: 'detached'});
    assert.deepEqual(await placeOf(), before);
    await field.fill('nothing is called so');
    await dialog.getByRole('link').first().waitFor({state: 'detached'});
    assert.deepEqual(await placeOf(), before);
    // What an on-screen keyboard leaves.
    await page.setViewportSize({width: 390, height: 400});
    await page.waitForFunction(
      () => document.querySelector('dialog[open]')!.getBoundingClientRect().bottom <= 400,
    );
  });

  test('what a row says stays on its line', async () => {
    await using rig = await personRig();
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    await using browser = await Browser.open({viewport: {width: 390, height: 844}});
    const page = await browser.context.newPage();
    await page.goto(`${server.url}repo/history`);
    const oid = (await page.locator('.commits .oid').first().boundingBox())!;
    const browse = (await page.getByRole('link', {name: 'Browse'}).first().boundingBox())!;
    assert.ok(oid.height < 30 && browse.height < 30, `${oid.height} and ${browse.height} px high`);
    assert.ok(Math.abs(oid.y + oid.height / 2 - browse.y - browse.height / 2) < 4, 'side by side');
    assert.ok(oid.x + oid.width < browse.x && browse.x + browse.width <= 390);
  });
});

for (const isSecure of [true, false]) {
  describeWith('browser', `copying, ${isSecure ? 'on a safe address' : 'over plain HTTP'}`, () => {
    test('the address to clone from, a path, an oid', async () => {
      await using rig = await personRig();
      await using server = await ServeRig.start([rig.gitDir, '--serve-hosts', 'ctr.test'], {
        env: rig.env,
        cwd: rig.root,
      });
      // A browser offers its clipboard to scripts of loopback and of HTTPS alone.
      const url = isSecure ? server.url : server.url.replace('127.0.0.1', 'ctr.test');
      await using browser = await Browser.open({hosts: {'ctr.test': '127.0.0.1'}});
      const page = await browser.context.newPage();
      await page.goto(`${url}repo`);
      assert.equal(await page.evaluate(() => isSecureContext), isSecure);
      const copied = async (name: string) => {
        await page.getByRole('button', {name}).first().click();
        await page.getByRole('status').getByText('Copied').waitFor();
        await page.evaluate(() => {
          const field = document.createElement('textarea');
          document.body.append(field);
          field.focus();
        });
        await page.keyboard.press('ControlOrMeta+V');
        return page.locator('body > textarea').inputValue();
      };
      const address = await copied('Copy the address to clone from');
      assert.equal(address, `${url}repo.git`);
      await page.goto(`${url}repo/file/src/weather.ts`);
      assert.equal(await copied('Copy the path'), 'src/weather.ts');
      await page.goto(`${url}repo/history`);
      assert.equal(await copied("Copy the commit's oid"), rig.git('rev-parse', 'main'));
    });
  });
}

/** Does things as a person does them, with or without the page's script, and keeps pictures. */
class Person {
  readonly #page: Page;
  readonly #name: string;
  readonly #hasScript: boolean;

  constructor(page: Page, {name, hasScript}: {name: string; hasScript: boolean}) {
    this.#page = page;
    this.#name = name;
    this.#hasScript = hasScript;
  }

  async looks(what: string): Promise<void> {
    await keepPicture(this.#page, `${what}-${this.#name}`);
    if (this.#hasScript) await assertAccessible(this.#page);
  }

  async searches(words: string): Promise<void> {
    if (this.#hasScript) await this.#page.keyboard.press('/');
    else await this.#page.locator('#q').focus();
    await this.#page.keyboard.type(words);
    await this.#page.keyboard.press('Enter');
    await this.#page.waitForURL(`**/search?q=${words}`);
  }

  async switchesTo(branch: string): Promise<void> {
    if (!this.#hasScript) {
      await this.#page.locator('#switch').click();
      await this.looks('switcher');
      await this.#page.getByRole('link', {name: branch, exact: true}).click();
      return;
    }
    await this.#page.keyboard.press('w');
    const dialog = this.#page.getByRole('dialog', {name: 'Switch branch or tag'});
    await dialog.getByRole('link', {name: branch, exact: true}).waitFor();
    await this.looks('switcher');
    await this.#page.keyboard.type('storm');
    await this.#page.keyboard.press('Enter');
  }
}

/** A small project, pushed as people push: the hook brings it into the index. */
async function personRig(): Promise<CtrRig> {
  const rig = new CtrRig('embedded');
  await rig.install();
  rig.commit('Begin with drizzle', {
    'README.md':
      '# Weather station\n\nReads sensors and says what the sky does.\n\n| Sensor | Unit |\n|---|---|\n| rain | mm |\n| wind | m/s |\n\n```ts\nimport {observe} from "./src/weather.ts";\n\nawait observe({every: 60});\n```\n\nSee [the guide](docs/guide.md).\n',
    'src/weather.ts':
      '/** What the sky does. */\nexport function observe(): string {\n  return "drizzle";\n}\n',
    'src/sensors/rain.py': 'def rain() -> float:\n    return 0.4\n',
  });
  rig.commit('Say what it smells like', {
    'src/weather.ts':
      '/** What the sky does, and how it smells. */\nexport function observe(): string {\n  const smell = "petrichor";\n  return "drizzle, " + smell;\n}\n',
    'docs/guide.md': '---\ntitle: Weather\nauthor: Ada\n---\n# Guide\n\nLook *up*. ![logo](logo.png)\n',
    'docs/logo.png': readFileSync(new URL('../support/picture.png', import.meta.url)),
    'docs/paper.pdf': PDF,
    'package.json': '{\n  "name": "weather",\n  "version": "1.0.0"\n}\n',
    LICENSE: 'Do as you like.\n',
  });
  rig.git('tag', 'v1.0');
  rig.push('main', '--tags');
  rig.git('checkout', '--quiet', '-b', 'feature/storm');
  rig.commit('Thunder\n\nStorms are heard before they are seen.', {
    'src/weather.ts':
      '/** What the sky does, and how it sounds. */\nexport function observe(): string {\n  const sound = "thunder";\n  return "storm, " + sound;\n}\n',
    'docs/storm.md': '# Storm\n',
  });
  rig.push('feature/storm');
  await rig.ctr('wait', 'main');
  await rig.ctr('wait', 'feature/storm');
  await rig.assertQueueDrains();
  return rig;
}
