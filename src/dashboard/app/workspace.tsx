import { createContext, type ReactNode, useContext, useEffect } from 'react';
import {
  AccessEndedPage,
  Loaded,
  NotFoundPage,
  SignInAgainPage,
  useLastShown,
  WorkspacesLink,
} from '../ui/loaded.js';
import { isUnknown, refusalOf } from './client.js';
import { useQuery } from './query.js';
import { signInUrl } from './session.js';
import { WorkspaceFrameDocument, type WorkspaceFrameQuery } from './workspace.generated.js';

/** The workspace of the URL, with the viewer's abilities in it. */
export type WorkspaceFrame = NonNullable<WorkspaceFrameQuery['workspace']>;

const WorkspaceContext = createContext<WorkspaceFrame | null>(null);

/** How often the frame is read again for viewers to whom no stream tells changes of their access (rule 34). */
const LOOK_MS = 30_000;

interface WorkspaceScopeProps {
  readonly id: string;
  /** Puts a screen into the frame: that of the workspace, or, while it is not open, that of screens outside of one. */
  readonly frame: (screen: ReactNode, workspace?: WorkspaceFrame) => ReactNode;
  readonly children: ReactNode;
}

/** Loads the workspace for the screens inside it. An unknown workspace and one of others look the same. */
export function WorkspaceScope({ id, frame, children }: WorkspaceScopeProps) {
  const [query, reload] = useQuery({ query: WorkspaceFrameDocument, variables: { workspaceId: id } });
  const workspace = query.data?.workspace;
  const last = useLastShown(id, workspace);
  const hasNews = workspace?.viewerCan.readAuditLog.allowed === true;
  useEffect(() => {
    if (hasNews) return;
    const look = () => document.hidden || reload({ requestPolicy: 'network-only' });
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [hasNews, reload]);
  const refusal = refusalOf(query.error);
  if (refusal?.signInPath != null)
    return frame(<SignInAgainPage reason={refusal.message} signInUrl={signInUrl(refusal.signInPath)} />);
  if (isUnknown(refusal) || (workspace === null && refusal === undefined))
    return frame(
      last === undefined ? (
        <NotFoundPage wayOn={<WorkspacesLink />} />
      ) : (
        <AccessEndedPage signInUrl={signInUrl()} />
      ),
    );
  // One frame before and after: another would close a menu that was opened early.
  return frame(
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {() => workspace != null && <WorkspaceContext value={workspace}>{children}</WorkspaceContext>}
    </Loaded>,
    workspace ?? undefined,
  );
}

/** The workspace of this screen. @throws Error outside <WorkspaceScope> */
export function useWorkspace(): WorkspaceFrame {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error('useWorkspace is called outside <WorkspaceScope>');
  return workspace;
}
