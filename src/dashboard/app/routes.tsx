import { type ComponentType, lazy } from 'react';
import type { MessageId } from './messages.js';
import type { WorkspaceFrame } from './workspace.js';

type Screen = ComponentType<{ readonly params: Readonly<Record<string, string | undefined>> }>;

/** The screens outside a workspace. */
export const ROUTES: readonly { readonly path: string; readonly screen: Screen }[] = [
  { path: '/', screen: lazy(() => import('../screens/workspaces/screen.js')) },
  { path: '/account', screen: lazy(() => import('../screens/account/screen.js')) },
];

/** A screen inside a workspace. */
export interface WorkspaceRoute {
  /** Below /workspace/{id}; `:name` stands for a part that the screen reads. */
  readonly path: string;
  readonly screen: Screen;
  /** Its entry in the navigation; absent for screens that other screens link to. */
  readonly nav?: {
    readonly label: MessageId;
    readonly group: 'workspace' | 'settings';
    readonly isShown: (workspace: WorkspaceFrame) => boolean;
  };
}

/** The screens of a workspace, in the order of the navigation. */
export const WORKSPACE_ROUTES: readonly WorkspaceRoute[] = [
  {
    path: '/',
    screen: lazy(() => import('../screens/overview/screen.js')),
    nav: { label: 'nav.overview', group: 'workspace', isShown: () => true },
  },
  {
    path: '/settings/members',
    screen: lazy(() => import('../screens/members/screen.js')),
    nav: {
      label: 'nav.members',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/members/:memberId',
    screen: lazy(() => import('../screens/member/screen.js')),
  },
  {
    path: '/settings/invitations',
    screen: lazy(() => import('../screens/invitations/screen.js')),
    nav: {
      label: 'nav.invitations',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.manageInvitations.allowed,
    },
  },
  {
    path: '/settings/invitations/csv',
    screen: lazy(() => import('../screens/invitations/csv/screen.js')),
  },
  {
    path: '/settings/groups',
    screen: lazy(() => import('../screens/groups/screen.js')),
    nav: {
      label: 'groups.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/groups/:groupId',
    screen: lazy(() => import('../screens/group/screen.js')),
  },
  {
    path: '/settings/credits',
    screen: lazy(() => import('../screens/credits/screen.js')),
    nav: {
      label: 'credits.title',
      group: 'settings',
      isShown: ({ accessModel, viewerCan }) => accessModel === 'V2' && viewerCan.readCredits.allowed,
    },
  },
  {
    path: '/settings/seats',
    screen: lazy(() => import('../screens/seats/screen.js')),
    nav: {
      label: 'seats.title',
      group: 'settings',
      isShown: ({ accessModel, viewerCan }) => accessModel === 'V1' && viewerCan.readMembers.allowed,
    },
  },
  {
    path: '/settings/api-keys',
    screen: lazy(() => import('../screens/api-keys/screen.js')),
    nav: {
      label: 'apiKeys.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.manageApiKeys.allowed,
    },
  },
  {
    path: '/settings/auth-and-security',
    screen: lazy(() => import('../screens/auth-and-security/screen.js')),
    nav: {
      label: 'auth.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readSignInLog.allowed || viewerCan.manageSso.allowed,
    },
  },
  {
    path: '/settings/provisioning',
    screen: lazy(() => import('../screens/provisioning/screen.js')),
    nav: {
      label: 'health.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readAuditLog.allowed,
    },
  },
  {
    path: '/settings/audit-log',
    screen: lazy(() => import('../screens/audit-log/screen.js')),
    nav: {
      label: 'audit.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.readAuditLog.allowed,
    },
  },
  {
    path: '/settings/access-review',
    screen: lazy(() => import('../screens/access-review/screen.js')),
    nav: {
      label: 'review.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.reviewAccess.allowed,
    },
  },
  {
    path: '/settings/general',
    screen: lazy(() => import('../screens/general/screen.js')),
    nav: {
      label: 'general.title',
      group: 'settings',
      isShown: ({ viewerCan }) => viewerCan.update.allowed,
    },
  },
];
