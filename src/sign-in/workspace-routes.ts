import type { Router } from 'express';
import { actorLabel } from '../auth/actor.js';
import { DomainError } from '../domain/errors.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { workspacesOf } from '../services/viewer/workspaces.js';
import type { SignInOptions } from './options.js';
import { page, show } from './page-handler.js';
import { type Visitor, workspacesPage } from './pages/workspaces.js';

/** The page after signing in, on which people with several workspaces choose one (rule 48). */
export function workspaceRoutes(router: Router, options: SignInOptions): void {
  const { playground } = options;
  router.get(
    '/sign-in/workspaces',
    page('/sign-in/workspaces', options, async (_request, response, services) => {
      const visitor = visitorOf(services);
      if (visitor === null) return response.redirect(303, '/sign-in');
      const workspaces = await workspacesOf(services);
      show(response, workspacesPage({ visitor, workspaces, playground }));
    }),
  );
}

/** @returns null without a session @throws DomainError FORBIDDEN for an API key, which cannot open pages */
function visitorOf({ caller: { actor } }: ServiceContext): Visitor | null {
  if (actor === null) return null;
  if (actor.type === 'API_KEY') throw new DomainError('FORBIDDEN', 'These pages are for people.');
  const until =
    actor.type === 'PERSON'
      ? actor.expiresAt
      : actor.type === 'OPERATOR'
        ? (actor.session?.expiresAt ?? null)
        : null;
  return { label: actorLabel(actor), isOperator: actor.type !== 'PERSON', until };
}
