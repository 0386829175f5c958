import { Link, Redirect } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useViewer } from '../../app/session.js';
import { Loaded } from '../../ui/loaded.js';
import { Badge, Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { AllWorkspaces } from './all.js';
import { YourWorkspacesDocument, type YourWorkspacesQuery } from './workspaces.generated.js';
import styles from './workspaces.module.css';

/** Chooses a workspace; operators search all of them, create and change them. */
export default function WorkspacesScreen() {
  return useViewer().type === 'OPERATOR' ? <AllWorkspaces /> : <YourWorkspaces />;
}

/** A person with one workspace is taken to it: the list remains at `/account`. */
function YourWorkspaces() {
  const t = useMessages();
  const [query, reload] = useQuery({ query: YourWorkspacesDocument });
  return (
    <Page title={t('workspaces.title')}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ viewer: { workspaces } }) => {
          const [first, ...others] = workspaces;
          if (first === undefined)
            return <Empty title={t('workspaces.none')}>{t('workspaces.noneHint')}</Empty>;
          if (first.opened && others.length === 0)
            return <Redirect to={`/workspace/${first.workspaceId}`} replace />;
          return <WorkspaceCards workspaces={workspaces} />;
        }}
      </Loaded>
    </Page>
  );
}

type Workspaces = YourWorkspacesQuery['viewer']['workspaces'];

/** A person's workspaces. One that the session does not open links to its sign-in page. */
export function WorkspaceCards({ workspaces }: { readonly workspaces: Workspaces }) {
  const t = useMessages();
  return (
    <ul className={styles.list}>
      {workspaces.map(({ workspaceId, name, role, opened, signInUrl }) => (
        <li key={workspaceId}>
          {opened || signInUrl === null ? (
            <Link className={styles.workspace} href={`/workspace/${workspaceId}`}>
              <strong>{name}</strong>
              <span className={styles.facts}>{role !== null && <Badge>{t(`role.${role}`)}</Badge>}</span>
            </Link>
          ) : (
            <a className={styles.workspace} href={signInUrl}>
              <strong>{name}</strong>
              <span>{t('workspaces.signIn')}</span>
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
