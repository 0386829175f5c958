import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { SESSION_COOKIE } from '../../src/sign-in/cookies.js';
import type { TestApp } from '../app.js';
import { startBrowser } from './chromium.js';

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

interface Opening {
  /** The path and the query, below the server's address. */
  readonly path: string;
  /** The address of the person who is signed in; absent: nobody is signed in. */
  readonly email?: string;
  readonly theme?: Theme;
  readonly width?: number;
}

let browser: Browser | undefined;

/** Starts a browser before the tests of a file, and ends it after them. Each page has cookies and storage of its own. */
export function browserPerFile(): void {
  beforeAll(async () => {
    browser = await startBrowser(inject('chromium'));
  });
  afterAll(async () => {
    await browser?.close();
  });
}

/** Opens a page of the dashboard as a person who is signed in, as `openPage` does. */
export function openDashboard(app: TestApp, opening: Opening & { readonly email: string }): Promise<Page> {
  return openPage(app, opening);
}

/**
 * Opens a page in a browser of its own, and closes it after the test. The test fails when the page reports an error or a
 * violation of its Content-Security-Policy.
 */
export async function openPage(
  app: TestApp,
  { path, email, theme = 'light', width = 1280 }: Opening,
): Promise<Page> {
  if (browser === undefined) throw new Error('The test file does not call browserPerFile().');
  const context = await browser.newContext({
    baseURL: app.url,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const faults = watch(context);
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  if (email !== undefined) await signIn(context, app, email);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(path);
  return page;
}

/** Gives the browser the cookie that the sign-in pages set; how they do is tested with them. */
async function signIn(context: BrowserContext, app: TestApp, email: string): Promise<void> {
  await context.addCookies([{ name: SESSION_COOKIE.name, value: await app.session(email), url: app.url }]);
}

/** Messages of the browser itself about answers that tests provoke, such as a connection that is cut. */
const EXPECTED = /Failed to load resource|net::ERR_/;

function watch(context: BrowserContext): string[] {
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) faults.push(message.text());
  });
  return faults;
}

/**
 * Asserts that axe finds nothing on the page, by the rules of WCAG 2.2 AA and its best practices.
 * @param theme named in the failure, for a test that looks at several
 */
export async function expectAccessible(page: Page, theme?: Theme): Promise<void> {
  const axe = new AxeBuilder({ page });
  // Most of axe's time goes into describing what passes, and into a second page for frames, which our pages do not have.
  const { violations } = await axe
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
  );
  expect(found, theme).toEqual([]);
}

/** Asserts that the page does not scroll sideways. */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const root = page.locator('html');
  const content = await root.evaluate(({ scrollWidth }) => scrollWidth);
  const window = await root.evaluate(({ clientWidth }) => clientWidth);
  expect(content).toBeLessThanOrEqual(window);
}
