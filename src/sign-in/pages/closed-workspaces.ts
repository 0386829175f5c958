import { SIGN_IN_REFUSALS } from '../../domain/sign-in-refusal.js';
import type { ClosedWorkspace } from '../../services/sso/sign-in-log.js';
import { startPath } from '../sso/ways.js';
import { html } from './html.js';
import { document } from './layout.js';

/**
 * The page after a sign-in by mail link that does not open all workspaces of the person (rules 43, 45): a link to the
 * provider of each of these, and one to the rest.
 * @param returnTo the path that the person wanted to open
 */
export function closedWorkspacesPage(closed: readonly ClosedWorkspace[], returnTo: string): string {
  const { person, wayOn } = SIGN_IN_REFUSALS.SSO_REQUIRED;
  const homeOf = ({ workspaceId }: ClosedWorkspace) => `/workspace/${workspaceId}`;
  const isWanted = (workspace: ClosedWorkspace) => returnTo.startsWith(homeOf(workspace));
  return document({
    title: 'You are signed in, but not to every workspace',
    body: html`${closed.map((workspace) => {
      const { workspaceId, name, reference } = workspace;
      const next = new URLSearchParams({ returnTo: isWanted(workspace) ? returnTo : homeOf(workspace) });
      return html`<h2>${name}</h2>
<p>${person} ${wayOn}</p>
<p><a class="button" href="${startPath(workspaceId)}?${String(next)}">Sign in to ${name}</a></p>
<p class="soft">If you ask somebody for help, give them this reference: <code>${reference}</code></p>
`;
    })}
<p class="foot"><a href="${closed.some(isWanted) ? '/' : returnTo}">Go on without it</a></p>`,
  });
}
