import { useEffect, useMemo } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { type Client, createRequest, Provider, useClient } from 'urql';
import { Route, Switch, useLocation } from 'wouter';
import { Announcer } from '../ui/announcer.js';
import { isDialogOpen } from '../ui/dialog.js';
import { ForbiddenPage, NotFoundPage } from '../ui/loaded.js';
import { Toasts } from '../ui/toast.js';
import { createClient, showAccount } from './client.js';
import { JobsPanel } from './jobs-panel.js';
import { claimJobs, hasKeptJobs } from './kept-jobs.js';
import { LOCALE } from './locale.js';
import { ROUTES, routesOf, usePreloadedScreen, WORKSPACE_PATH } from './routes.js';
import { CodedScreen } from './screen-code.js';
import { leaveForSignIn, offerSignIn, Session, useViewer, withdrawSignIn } from './session.js';
import { Shell } from './shell.js';
import { hasUnsavedInput } from './unsaved-input.js';
import { WorkspaceFrameDocument } from './workspace.generated.js';
import { useWorkspace, WorkspaceScope } from './workspace.js';

/** The dashboard: the session, the frame, and the screen of the URL. */
export function App() {
  const client = useMemo(createDashboardClient, []);
  const [, navigate] = useLocation();
  usePreloadedScreen();
  return (
    <I18nProvider locale={LOCALE}>
      <RouterProvider navigate={(href) => navigate(href)}>
        <Provider value={client}>
          <Session>
            <InterruptedWork />
            <Switch>
              {ROUTES.map(({ path, code }) => (
                <Route key={path} path={path}>
                  {(params) => (
                    <Shell>
                      <CodedScreen code={code} params={params} />
                    </Shell>
                  )}
                </Route>
              ))}
              <Route path={WORKSPACE_PATH} nest>
                {({ id }) => (
                  <WorkspaceScope
                    id={id}
                    frame={(screen, workspace) => <Shell workspace={workspace}>{screen}</Shell>}
                  >
                    <WorkspaceScreens />
                  </WorkspaceScope>
                )}
              </Route>
              <Route>
                <Shell>
                  <NotFoundPage />
                </Shell>
              </Route>
            </Switch>
          </Session>
          <JobsPanel />
          <Toasts />
          <Announcer />
        </Provider>
      </RouterProvider>
    </I18nProvider>
  );
}

/**
 * The client of the dashboard. It shows where to sign in when a session has ended or does not open a workspace, and reads
 * the viewer's abilities again when something is refused.
 */
function createDashboardClient(): Client {
  const client = createClient((refusal, { kind, key, variables }) => {
    if (refusal.signInPath !== null) {
      // The page stays after a change, while a dialog is open or a form has input, so that what was typed is not lost.
      if (kind === 'mutation' || isDialogOpen() || hasUnsavedInput()) return offerSignIn(refusal);
      if (refusal.code === 'UNAUTHENTICATED') return leaveForSignIn();
    }
    // The frame finds out too, and replaces the screens that the viewer may not see.
    const workspaceId: unknown = variables?.workspaceId ?? variables?.input?.workspaceId;
    if (typeof workspaceId !== 'string') return;
    const frame = createRequest(WorkspaceFrameDocument, { workspaceId });
    if (key !== frame.key) void client.executeQuery(frame, { requestPolicy: 'network-only' }).toPromise();
  }, withdrawSignIn);
  return client;
}

/** Goes on with long work that a reload has interrupted, once somebody is signed in. */
function InterruptedWork() {
  const client = useClient();
  const { account, label } = useViewer();
  const accountId = account?.id ?? null;
  useEffect(() => {
    showAccount(accountId);
    claimJobs(accountId ?? label);
    if (hasKeptJobs('inviting'))
      void import('../screens/invitations/csv/job.js').then((job) => job.resumeInviting(client));
    if (hasKeptJobs('bulk'))
      void import('../screens/members/bulk/job.js').then((job) => job.resumeBulk(client));
  }, [client, accountId, label]);
  return null;
}

function WorkspaceScreens() {
  const workspace = useWorkspace();
  return (
    <Switch>
      {routesOf(workspace).map(({ path, code, nav }) => (
        <Route key={path} path={path}>
          {(params) =>
            nav?.isShown(workspace) === false ? (
              <ForbiddenPage />
            ) : (
              <CodedScreen code={code} params={params} />
            )
          }
        </Route>
      ))}
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}
