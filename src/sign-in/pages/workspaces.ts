import type { ViewerWorkspace } from '../../services/viewer/workspaces.js';
import { type Html, html } from './html.js';
import { document } from './layout.js';

/** The actor of a page, in the form that pages show. */
export interface Visitor {
  readonly label: string;
  readonly isOperator: boolean;
  readonly until: Date | null;
}

/** The page on which a person chooses one of several workspaces (rule 48). */
export function workspacesPage({
  visitor,
  workspaces,
  playground,
}: {
  readonly visitor: Visitor;
  readonly workspaces: readonly ViewerWorkspace[];
  readonly playground: boolean;
}): string {
  return document({
    title: 'Choose a workspace',
    body: html`${visitor.isOperator ? html`<p>You are an operator: every workspace is open to you through the API.</p>` : listed(workspaces)}
${playground ? html`<p><a href="/playground">Playground</a></p>` : null}
${signedInAs(visitor)}`,
  });
}

function listed(workspaces: readonly ViewerWorkspace[]): Html {
  if (workspaces.length === 0)
    return html`<p>You are in no workspace. Ask an owner or admin of yours to add or invite you.</p>`;
  return html`<ul class="list">
${workspaces.map(({ workspaceId, name, role, signInUrl }) =>
  signInUrl === null
    ? html`<li><a href="/workspace/${workspaceId}">${name}</a> <span class="soft">${role?.toLowerCase() ?? ''}</span></li>`
    : html`<li>${name} <span class="soft">is not open to this session.</span> <a href="${signInUrl}">Sign in to ${name}</a></li>`,
)}
</ul>`;
}

function signedInAs({ label, until }: Visitor): Html {
  return html`<div class="foot">
<p class="soft">Signed in as ${label}${until === null ? '' : `, until ${time(until)} at the latest`}.</p>
<form method="post" action="/sign-out"><button class="plain">Sign out</button></form>
</div>`;
}

/** Formats a time in UTC, because the server does not know the browser's time zone. */
function time(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
