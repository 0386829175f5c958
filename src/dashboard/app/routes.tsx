import { useEffect } from 'react';
import { matchRoute, useLocation, useRouter } from 'wouter';
import type { MessageId } from './messages.js';
import { ScreenCode } from './screen-code.js';
import type { WorkspaceFrame } from './workspace.js';

/** The screens outside a workspace. */
export const ROUTES: readonly { readonly path: string; readonly code: ScreenCode }[] = [
  { path: '/', code: new ScreenCode(() => import('../screens/workspaces/screen.js')) },
  { path: '/account', code: new ScreenCode(() => import('../screens/account/screen.js')) },
];

/** A screen inside a workspace. */
export interface WorkspaceRoute {
  /** Below /workspace/{id}; `:name` stands for a part that the screen reads. */
  readonly path: string;
  /** The version that has the screen; absent where both have it. */
  readonly accessModel?: WorkspaceFrame['accessModel'];
  readonly code: ScreenCode;
  /** Its entry in the navigation; absent for screens that other screens link to. */
  readonly nav?: {
    readonly label: MessageId;
    readonly group: 'workspace' | 'settings';
    readonly isShown: (workspace: WorkspaceFrame) => boolean;
  };
}

/** The screens of a workspace, in the order of the navigation. */
const WORKSPACE_ROUTES: readonly WorkspaceRoute[] = [
  {
    path: '/',
    code: new ScreenCode(() => import('../screens/overview/screen.js')),
    nav: { label: 'nav.overview', group: 'workspace', isShown: () => true },
  },
  {
    path: '/settings/members',
    code: new ScreenCode(() => import('../screens/members/screen.js')),
    nav: {
      label: 'nav.members',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/members/:memberId',
    code: new ScreenCode(() => import('../screens/member/screen.js')),
  },
  {
    path: '/settings/invitations',
    code: new ScreenCode(() => import('../screens/invitations/screen.js')),
    nav: {
      label: 'nav.invitations',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.manageInvitations.allowed,
    },
  },
  {
    path: '/settings/invitations/csv',
    code: new ScreenCode(() => import('../screens/invitations/csv/screen.js')),
  },
  {
    path: '/settings/groups',
    code: new ScreenCode(() => import('../screens/groups/screen.js')),
    nav: {
      label: 'groups.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/groups/:groupId',
    code: new ScreenCode(() => import('../screens/group/screen.js')),
  },
  {
    path: '/settings/credits',
    accessModel: 'V2',
    code: new ScreenCode(() => import('../screens/credits/screen.js')),
    nav: {
      label: 'credits.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readCredits.allowed,
    },
  },
  {
    path: '/settings/seats',
    accessModel: 'V1',
    code: new ScreenCode(() => import('../screens/seats/screen.js')),
    nav: {
      label: 'seats.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/api-keys',
    code: new ScreenCode(() => import('../screens/api-keys/screen.js')),
    nav: {
      label: 'apiKeys.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.manageApiKeys.allowed,
    },
  },
  {
    path: '/settings/webhooks',
    code: new ScreenCode(() => import('../screens/webhooks/screen.js')),
    nav: {
      label: 'webhooks.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.manageWebhooks.allowed,
    },
  },
  {
    path: '/settings/webhooks/:webhookId',
    code: new ScreenCode(() => import('../screens/webhooks/deliveries.js')),
  },
  {
    path: '/settings/auth-and-security',
    code: new ScreenCode(() => import('../screens/auth-and-security/screen.js')),
    nav: {
      label: 'auth.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readSignInLog.allowed || viewerCan.manageSso.allowed,
    },
  },
  {
    path: '/settings/provisioning',
    code: new ScreenCode(() => import('../screens/provisioning/screen.js')),
    nav: {
      label: 'health.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readAuditLog.allowed,
    },
  },
  {
    path: '/settings/audit-log',
    code: new ScreenCode(() => import('../screens/audit-log/screen.js')),
    nav: {
      label: 'audit.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readAuditLog.allowed,
    },
  },
  {
    path: '/settings/access-review',
    code: new ScreenCode(() => import('../screens/access-review/screen.js')),
    nav: {
      label: 'review.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.reviewAccess.allowed,
    },
  },
  {
    path: '/settings/general',
    code: new ScreenCode(() => import('../screens/general/screen.js')),
    nav: {
      label: 'general.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.update.allowed,
    },
  },
];

/** The screens that a workspace of this version has. */
export function routesOf({ accessModel }: WorkspaceFrame): readonly WorkspaceRoute[] {
  return WORKSPACE_ROUTES.filter((route) => (route.accessModel ?? accessModel) === accessModel);
}

/** Where the screens of a workspace are. */
export const WORKSPACE_PATH = '/workspace/:id';

/** Loads the code of the first screen while the session and the workspace are loading. */
export function usePreloadedScreen(): void {
  const { parser } = useRouter();
  const [location] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: later screens are loaded as they are opened.
  useEffect(() => {
    const inWorkspaces = WORKSPACE_ROUTES.map(({ path, code }) => ({
      path: `${WORKSPACE_PATH}${path}`,
      code,
    }));
    [...ROUTES, ...inWorkspaces].find(({ path }) => matchRoute(parser, path, location)[0])?.code.preload();
  }, []);
}
