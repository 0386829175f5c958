/** Stands for the origin of this server where only the path matters. */
export const BASE = 'http://rollcall.invalid';
const LONGEST = 1000;

/**
 * Returns the path on this server to open after signing in, with its query.
 * @param text any value that a browser sent
 * @returns the path; `/` for anything that leads to another server or back to signing in
 */
export function returnPath(text: unknown): string {
  if (typeof text !== 'string' || text.length > LONGEST || !text.startsWith('/')) return '/';
  // Browsers remove tabs and line breaks and treat a backslash as a slash, which could turn a path into //evil.example.
  if (/[\p{Cc}\\]/u.test(text) || text.startsWith('//')) return '/';
  const url = URL.parse(text, BASE);
  if (url === null || url.origin !== BASE || url.pathname.startsWith('//')) return '/';
  const isSignInPage = /^\/(sign-in|sign-out|signed-out)(\/|$)/.test(url.pathname);
  return isSignInPage ? '/' : `${url.pathname}${url.search}${url.hash}`;
}
