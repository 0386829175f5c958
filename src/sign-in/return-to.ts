const OURS = 'https://rollcall.invalid';

/**
 * A path of ours to go to after a sign-in: what was asked for, or `/` where that is anything else than a path. Nobody is
 * sent to another site by a link to ours.
 */
export function returnPath(asked: unknown): string {
  if (typeof asked !== 'string' || !/^\/(?![/\\])/.test(asked) || /[\p{Cc}\\]/u.test(asked)) return '/';
  const url = URL.parse(asked, OURS);
  return url?.origin === OURS ? `${url.pathname}${url.search}${url.hash}` : '/';
}
