import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { SESSION_COOKIE } from '../../src/sign-in/cookies.js';
import type { TestApp } from '../app.js';
import { startBrowser } from './chromium.js';

const THEMES = ['light', 'dark'] as const;

interface Opening {
  /** The path and the query, below the server's address. */
  readonly path: string;
  /** The address of the person who is signed in; absent: nobody is signed in. */
  readonly email?: string;
  readonly width?: number;
}

/** A browser's profile: cookies, storage and cache. */
interface Profile {
  readonly context: BrowserContext;
  /** Stays open, so that the process that renders the pages of all profiles does not end. */
  readonly firstPage: Page;
}

let browser: Browser | undefined;
let unusedProfiles: Profile[] = [];

/** Starts a browser before the tests of a file, and ends it after them. */
export function browserPerFile(): void {
  beforeAll(async () => {
    // A process of its own for each page would double what a page costs, and no page lives long enough to be optimized.
    const frugal = ['--renderer-process-limit=1', '--js-flags=--no-opt,--no-maglev'];
    browser = await startBrowser(inject('chromium'), frugal);
  });
  afterAll(async () => {
    unusedProfiles = [];
    await browser?.close();
  });
}

/** Opens a page of the dashboard as a person who is signed in, as `openPage` does. */
export function openDashboard(app: TestApp, opening: Opening & { readonly email: string }): Promise<Page> {
  return openPage(app, opening);
}

/**
 * Opens a page with cookies and storage of its own, and closes it after the test. The test fails when the page reports an
 * error or a violation of its Content-Security-Policy.
 */
export async function openPage(app: TestApp, { path, email, width = 1280 }: Opening): Promise<Page> {
  const profile = unusedProfiles.pop() ?? (await newProfile(app));
  onTestFinished(({ task }) => giveBack(profile, task.result?.state === 'fail'));
  const { context } = profile;
  if (email !== undefined) await signIn(context, app, email);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.setViewportSize({ width, height: 800 });
  await page.goto(path);
  return page;
}

/** Whether a request or a response is that of a stream of news. */
export function isStream(exchange: { url(): string }): boolean {
  return exchange.url().endsWith('/graphql/stream');
}

/** Reloads a screen, until it has its stream: it then shows what others change. */
export async function reloadLive(page: Page): Promise<void> {
  // Not before the page is left, whose own stream may begin just then.
  await page.reload({ waitUntil: 'commit' });
  await page.waitForResponse(isStream);
}

async function newProfile(app: TestApp): Promise<Profile> {
  if (browser === undefined) throw new Error('The test file does not call browserPerFile().');
  const context = await browser.newContext({
    baseURL: app.url,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  watch(context);
  const firstPage = await context.newPage();
  // A page of the server, so that it can clear the storage.
  await firstPage.goto('/healthz');
  return { context, firstPage };
}

/**
 * Closes the pages of a profile and forgets what they stored, so that the next test finds it as if it were new. A test that
 * has failed may have left it without a network, so its profile is not used again.
 */
async function giveBack(profile: Profile, hasFailed: boolean): Promise<void> {
  const { context, firstPage } = profile;
  if (hasFailed) {
    await context.close();
  } else {
    for (const page of context.pages()) if (page !== firstPage) await page.close();
    await context.clearCookies();
    await firstPage.evaluate('localStorage.clear()');
    unusedProfiles.push(profile);
  }
  expect(takeFaults(firstPage)).toEqual([]);
}

/** Forgets what the pages of a profile have complained about. @returns the complaints */
export function takeFaults(page: Page): string[] {
  return faultsOf.get(page.context())?.splice(0) ?? [];
}

/** Gives the browser the cookie that the sign-in pages set; how they do is tested with them. */
async function signIn(context: BrowserContext, app: TestApp, email: string): Promise<void> {
  await context.addCookies([{ name: SESSION_COOKIE.name, value: await app.session(email), url: app.url }]);
}

/** Messages of the browser itself about answers that tests provoke, such as a connection that is cut. */
const EXPECTED = /Failed to load resource|net::ERR_/;

/** What the pages of each profile have complained about since it was last given back. */
const faultsOf = new WeakMap<BrowserContext, string[]>();

function watch(context: BrowserContext): void {
  const faults: string[] = [];
  faultsOf.set(context, faults);
  context.on('response', (response) => {
    // A page itself may say that a provider is down.
    if (response.status() < 500 || response.request().resourceType() === 'document') return;
    faults.push(`${response.status()} ${response.url()}`);
  });
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) faults.push(message.text());
  });
}

/** The minified source is sent to a page in two thirds of the time. */
const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Axe describes what it finds, not what passes, and by the HTML of the element, not by a selector, which takes long to find. */
const AXE_OPTIONS = { resultTypes: ['violations'], selectors: false };

/** The themes differ only in colours, so only the rules about colours run in both. */
const AXE_RULES = { light: {}, dark: { runOnly: ['color-contrast', 'link-in-text-block'] } } as const;

/** Does something in the light theme and then in the dark one. */
async function inEachTheme(
  page: Page,
  act: (theme: (typeof THEMES)[number]) => Promise<void>,
): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await act(theme);
  }
}

/** Asserts that axe finds nothing on the page in both themes, by the rules of WCAG 2.2 AA and its best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  // Loading axe takes as long as running it.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(AXE_SOURCE);
  await inEachTheme(page, async (theme) => {
    const options = JSON.stringify({ ...AXE_OPTIONS, ...AXE_RULES[theme] });
    const { violations } = await page.evaluate<AxeResults>(`axe.run(${options})`);
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(found, theme).toEqual([]);
  });
}

/** Asserts that an element gets the focus. */
export async function expectFocus(element: Locator): Promise<void> {
  const isFocused = () => element.evaluate((node) => node === node.ownerDocument.activeElement);
  await expect.poll(isFocused, { timeout: 5_000 }).toBe(true);
}

/** Asserts that the page does not scroll sideways in either theme. */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const root = page.locator('html');
  await inEachTheme(page, async (theme) => {
    const content = await root.evaluate(({ scrollWidth }) => scrollWidth);
    const window = await root.evaluate(({ clientWidth }) => clientWidth);
    expect(content, theme).toBeLessThanOrEqual(window);
  });
}

/** Where `npm run screenshots` puts pictures of pages. */
export const SCREENSHOTS = fileURLToPath(new URL('../../test-output/screenshots/', import.meta.url));

/** Whether pictures are taken. No test looks at them. */
export const TAKES_PICTURES = process.env.npm_lifecycle_event === 'screenshots';

/** Takes a picture in each theme in `npm run screenshots`. */
export async function takePictures(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (!TAKES_PICTURES) return;
  const window = page.viewportSize()?.width === 320 ? '-320' : '';
  await inEachTheme(page, async (theme) => {
    await page.screenshot({ path: `${SCREENSHOTS}${name}-${theme}${window}.png`, fullPage });
  });
}
