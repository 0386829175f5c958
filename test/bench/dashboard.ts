import type { Browser, Page } from 'playwright-core';
import { removeChromium, startBrowser, unpackChromium } from '../browser/chromium.ts';
import { median } from './rounds.ts';
import type { Seeded } from './seed.ts';
import { table } from './table.ts';

/** How often each time is measured; the median is shown. */
const RUNS = 5;
const PAGES = 10;
/** Typed into the search box, a key at a time. */
const TYPED = 'given500 family';
const KEY_EVERY_MS = 60;

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'kB' | 'ms';
  /** From spec rule "Budgets" of the dashboard. */
  readonly budget: number;
}

/**
 * Measures the dashboard in a browser: its downloads, and how long people wait.
 * @param url the server, with its seeded workspace
 */
export async function measureDashboard(url: string, { workspaceId, ownerToken }: Seeded): Promise<void> {
  const unpacked = await unpackChromium();
  const browser = await startBrowser(unpacked);
  try {
    const open = () => openPage(browser, url, ownerToken);
    const members = `/workspace/${workspaceId}/settings/members`;
    const figures = [
      ...(await sizes(open, workspaceId)),
      {
        what: 'cold load until the table shows',
        value: await coldLoad(open, members),
        unit: 'ms',
        budget: 1500,
      },
      ...(await waits(open, members)),
    ] as const satisfies readonly Figure[];
    const rows = figures.map(({ what, value, unit, budget }) => [
      what,
      `${Math.round(value)} ${unit}`,
      `${budget} ${unit}`,
      value <= budget ? 'met' : 'missed',
    ]);
    console.log(table(['dashboard', 'measured', 'budget', ''], rows));
  } finally {
    await browser.close();
    await removeChromium(unpacked);
  }
}

type Open = () => Promise<Page>;

async function openPage(browser: Browser, baseURL: string, token: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    // The server of the bench has another public address, so the browser's cookie would be refused as foreign.
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  return context.newPage();
}

const LATE_SCRIPTS_MS = 2000;

/** The compressed JavaScript of the first screen, and of each further one. */
async function sizes(open: Open, workspaceId: string): Promise<Figure[]> {
  const page = await open();
  let bytes = 0;
  page.on('response', async (response) => {
    if (response.url().endsWith('.js')) bytes += Number(response.headers()['content-length'] ?? 0);
  });
  const figures: Figure[] = [];
  const visit = async (what: string, path: string, budget: number) => {
    bytes = 0;
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // The network is never idle: a page of members or problems keeps a stream open.
    await page.waitForTimeout(LATE_SCRIPTS_MS);
    const [first] = figures;
    figures.push({ what, value: bytes / 1000 - (first?.value ?? 0), unit: 'kB', budget });
  };
  await visit('JavaScript of the first screen', `/workspace/${workspaceId}`, 200);
  await visit('… more for members', `/workspace/${workspaceId}/settings/members`, 60);
  await visit('… more for invitations', `/workspace/${workspaceId}/settings/invitations`, 60);
  await page.context().close();
  return figures;
}

const firstRow = (page: Page) => page.getByRole('row').nth(1);

/** Measured inside the page, because Playwright looks for the row every half a second only. */
async function coldLoad(open: Open, members: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const page = await open();
    await page.addInitScript(`{
      const look = () => {
        if (document.querySelector('[role=grid] tbody tr') === null) requestAnimationFrame(look);
        else window.rowsShownAt = performance.now();
      };
      requestAnimationFrame(look);
    }`);
    await page.goto(members, { waitUntil: 'commit' });
    await firstRow(page).waitFor();
    times.push(Number(await page.evaluate('window.rowsShownAt')));
    await page.context().close();
  }
  return median(times);
}

/** How long a switch of the screen, a turn of the page and typing take. */
async function waits(open: Open, members: string): Promise<Figure[]> {
  const page = await open();
  await page.goto(members);
  await firstRow(page).waitFor();
  const switches: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await page.getByRole('link', { name: 'Invitations' }).click();
    await page.getByRole('heading', { name: 'Invitations' }).waitFor();
    switches.push(await untilRowsChange(page, 'nav a[href$="/members"]'));
  }
  const turns: number[] = [];
  for (let run = 0; run < PAGES; run += 1) turns.push(await untilRowsChange(page, 'nav button:last-child'));
  const longest = await typing(page);
  await page.context().close();
  return [
    { what: 'switch back to members', value: median(switches), unit: 'ms', budget: 300 },
    { what: 'next page of members', value: median(turns), unit: 'ms', budget: 300 },
    { what: 'longest frame while typing', value: longest, unit: 'ms', budget: 50 },
  ];
}

/**
 * Clicks, and measures inside the page how long it takes until another first row is painted.
 * @param target the selector of what is clicked
 */
async function untilRowsChange(page: Page, target: string): Promise<number> {
  const measure = `new Promise((resolve) => {
    const first = () => document.querySelector('[role=grid] tbody tr')?.textContent;
    const before = first();
    const start = performance.now();
    const look = () =>
      first() === undefined || first() === before
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => resolve(performance.now() - start));
    document.querySelector(${JSON.stringify(target)}).click();
    requestAnimationFrame(look);
  })`;
  return Number(await page.evaluate(measure));
}

/** @returns the longest time between two frames while keys are pressed, before the search is sent */
async function typing(page: Page): Promise<number> {
  await page.getByRole('searchbox').focus();
  await page.evaluate(`{
    let last = performance.now();
    window.longestFrame = 0;
    const frame = (now) => {
      window.longestFrame = Math.max(window.longestFrame, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
  }`);
  await page.keyboard.type(TYPED, { delay: KEY_EVERY_MS });
  return Number(await page.evaluate('window.longestFrame'));
}
