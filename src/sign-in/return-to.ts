const NOWHERE = 'http://rollcall.invalid';
const LONGEST = 1000;

/**
 * Where to go after signing in: a path of ours, with its query.
 * @param text what a browser sent, anything
 * @returns the path; `/` for everything that leads elsewhere, or back to signing in
 */
export function returnPath(text: unknown): string {
  if (typeof text !== 'string' || text.length > LONGEST || !text.startsWith('/')) return '/';
  // Browsers drop tabs and line breaks, and take a backslash for a slash: //evil.example in disguise.
  if (/[\p{Cc}\\]/u.test(text) || text.startsWith('//')) return '/';
  const url = URL.parse(text, NOWHERE);
  if (url === null || url.origin !== NOWHERE || url.pathname.startsWith('//')) return '/';
  const leadsBack = /^\/(sign-in|sign-out|signed-out)(\/|$)/.test(url.pathname);
  return leadsBack ? '/' : `${url.pathname}${url.search}${url.hash}`;
}
