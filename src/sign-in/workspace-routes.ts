import type { Router } from 'express';
import { actorLabel } from '../auth/actor.js';
import { DomainError } from '../domain/errors.js';
import { authorize } from '../services/context/authorization.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { workspacesOf } from '../services/viewer/workspaces.js';
import type { SignInOptions } from './options.js';
import { type PageRequest, type PageResponse, page, show } from './page-handler.js';
import { type Visitor, workspacePage, workspacesPage } from './pages/workspaces.js';

/** The pages after signing in: choose a workspace (rule 48), and what there is to see of one. */
export function workspaceRoutes(router: Router, options: SignInOptions): void {
  const { playground } = options;
  const list =
    (title: string) => async (_request: PageRequest, response: PageResponse, services: ServiceContext) => {
      const visitor = visitorOf(services);
      if (visitor === null) return response.redirect(303, '/sign-in');
      const workspaces = await workspacesOf(services);
      show(response, workspacesPage({ title, visitor, workspaces, playground }));
    };
  router.get('/', page('/', options, list('Your workspaces')));
  router.get('/sign-in/workspaces', page('/sign-in/workspaces', options, list('Choose a workspace')));
  router.get(
    '/workspace/:workspaceId',
    page('/workspace/:workspaceId', options, async (request, response, services) => {
      const { workspaceId = '' } = request.params;
      const visitor = visitorOf(services);
      // The session has ended, or never was: sign in, and come back.
      if (visitor === null)
        return response.redirect(303, `/sign-in?returnTo=${encodeURIComponent(`/workspace/${workspaceId}`)}`);
      const { workspace, role } = await authorize(services, 'workspace.read', workspaceId);
      show(
        response,
        workspacePage({
          visitor,
          playground,
          workspace: { name: workspace.name, version: workspace.version, role },
        }),
      );
    }),
  );
}

/** @returns null for nobody @throws DomainError FORBIDDEN for an API key, which has no pages */
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
