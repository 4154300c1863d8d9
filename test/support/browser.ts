import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type BrowserContext, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {findChromium} from './servers/chromium.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Git-ignored: what the browser saw, for people. */
const OUTPUT = join(import.meta.dirname, '..', 'output');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A browser with an empty profile of its own. Disposing of it ends it. Only for code inside `describeWith('browser', ...)`. */
export class Browser implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.context = context;
    this.#profile = profile;
  }

  /** `hosts`: names that lead to addresses, as a name server would have it. */
  static async open({
    hosts = {},
    ...options
  }: BrowserContextOptions & {hosts?: Readonly<Record<string, string>>} = {}): Promise<Browser> {
    const executablePath = findChromium(process.env);
    assert.ok(executablePath, 'Browser.open() outside describeWith');
    const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
    const profile = mkdtempSync(join(tmpdir(), 'ctr-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: [...FLAGS, `--host-resolver-rules=${rules.join()}`],
      viewport: {width: 1240, height: 900},
      ...options,
    });
    return new Browser(context, profile);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    rmSync(this.#profile, {recursive: true, force: true, maxRetries: 5});
  }
}

/** The page's picture is kept among the output of the tests. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(OUTPUT, {recursive: true});
  await page.screenshot({path: join(OUTPUT, `${name}.png`)});
}

/** Nothing on the page keeps people from using it: axe finds nothing serious. */
export async function assertAccessible(page: Page): Promise<void> {
  assert.deepEqual(await listBarriers(page), [], page.url());
}

/** Serious findings of axe on the page. */
export async function listBarriers(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const violations = await page.evaluate(async () => {
    const {axe} = globalThis as unknown as {axe: {run(context: object): Promise<{violations: Violation[]}>}};
    // Thousands of rows are like the first fifty, and would take it minutes.
    return (await axe.run({exclude: ['tbody > tr:nth-child(n + 50)', '.code > .line:nth-child(n + 50)']}))
      .violations;
  });
  const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
  return serious.map(({id, help, nodes}) => `${id}: ${help}: ${nodes.map(({html}) => html).join(' ')}`);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly {readonly html: string}[];
}
