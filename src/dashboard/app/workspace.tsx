import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { Loaded } from '../ui/loaded.js';
import { isUnknown, refusalOf } from './client.js';
import { useQuery } from './query.js';
import { WorkspaceFrameDocument, type WorkspaceFrameQuery } from './workspace.generated.js';

/** The workspace of the URL, with the viewer's abilities in it. */
export type WorkspaceFrame = NonNullable<WorkspaceFrameQuery['workspace']>;

const WorkspaceContext = createContext<WorkspaceFrame | null>(null);

interface WorkspaceScopeProps {
  readonly id: string;
  /** Shown for a workspace that does not exist or that the person may not see. */
  readonly notFound: ReactNode;
  /** Shown when the viewer has lost access to a workspace that was open. */
  readonly accessEnded: ReactNode;
  readonly children: ReactNode;
}

/** Loads the workspace for the screens inside it. An unknown workspace and one of others look the same. */
export function WorkspaceScope({ id, notFound, accessEnded, children }: WorkspaceScopeProps) {
  const [query, reload] = useQuery({ query: WorkspaceFrameDocument, variables: { workspaceId: id } });
  const [openedId, setOpenedId] = useState<string | null>(null);
  const isOpen = query.data?.workspace?.id !== undefined;
  useEffect(() => {
    if (isOpen) setOpenedId(id);
  }, [isOpen, id]);
  if (isUnknown(refusalOf(query.error))) return notFound;
  return (
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {({ workspace }) => {
        if (workspace !== null) return <WorkspaceContext value={workspace}>{children}</WorkspaceContext>;
        return openedId === id ? accessEnded : notFound;
      }}
    </Loaded>
  );
}

/** The workspace of this screen. @throws Error outside <WorkspaceScope> */
export function useWorkspace(): WorkspaceFrame {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error('useWorkspace is called outside <WorkspaceScope>');
  return workspace;
}
