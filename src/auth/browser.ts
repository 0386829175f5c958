import Bowser from 'bowser';

/** What people call the browser of a `User-Agent`: "Firefox on Windows". Null for what is no browser. */
export function browserName(userAgent: string | null): string | null {
  if (userAgent === null || userAgent === '') return null;
  const { browser, os } = Bowser.parse(userAgent);
  if (!browser.name) return null;
  return os.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
