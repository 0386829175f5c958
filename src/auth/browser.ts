import Bowser from 'bowser';

/** Names the browser of a `User-Agent`, such as "Firefox on Windows". Null for other clients. */
export function browserName(userAgent: string | null): string | null {
  if (userAgent === null || userAgent === '') return null;
  const { browser, os } = Bowser.parse(userAgent);
  if (!browser.name) return null;
  return os.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
