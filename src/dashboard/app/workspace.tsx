import { createContext, type ReactNode, useContext } from 'react';
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

interface WorkspaceScopeProps {
  readonly id: string;
  /** Puts a screen that says why the workspace is not open into the frame of screens outside a workspace. */
  readonly frame: (screen: ReactNode) => ReactNode;
  readonly children: ReactNode;
}

/** Loads the workspace for the screens inside it. An unknown workspace and one of others look the same. */
export function WorkspaceScope({ id, frame, children }: WorkspaceScopeProps) {
  const [query, reload] = useQuery({ query: WorkspaceFrameDocument, variables: { workspaceId: id } });
  const workspace = query.data?.workspace;
  const last = useLastShown(id, workspace);
  const isOpen = workspace != null;
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
  const loaded = (
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {() => isOpen && <WorkspaceContext value={workspace}>{children}</WorkspaceContext>}
    </Loaded>
  );
  return isOpen ? loaded : frame(loaded);
}

/** The workspace of this screen. @throws Error outside <WorkspaceScope> */
export function useWorkspace(): WorkspaceFrame {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error('useWorkspace is called outside <WorkspaceScope>');
  return workspace;
}
