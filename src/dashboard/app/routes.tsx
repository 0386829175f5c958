import { type ComponentType, lazy } from 'react';
import type { MessageId } from './messages.js';
import type { WorkspaceFrame } from './workspace.js';

type Screen = ComponentType<{ readonly params: Readonly<Record<string, string | undefined>> }>;

/** The screens outside a workspace. */
export const ROUTES: readonly { readonly path: string; readonly screen: Screen }[] = [
  { path: '/', screen: lazy(() => import('../screens/workspaces/screen.js')) },
];

/** A screen inside a workspace. */
export interface WorkspaceRoute {
  /** Below /workspace/{id}; `:name` stands for a part that the screen reads. */
  readonly path: string;
  readonly screen: Screen;
  /** Its place in the navigation; absent for screens that others lead to. */
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
];
