import { useQuery } from 'urql';
import { Link } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { Loaded } from '../../ui/loaded.js';
import { Badge, Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { WorkspacesDocument } from './workspaces.generated.js';
import styles from './workspaces.module.css';

/** Chooses a workspace. */
export default function WorkspacesScreen() {
  const t = useMessages();
  const [query, reload] = useQuery({ query: WorkspacesDocument, variables: { first: 100, after: null } });
  return (
    <Page title={t('workspaces.title')}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspaces: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty title={t('workspaces.none')}>{t('workspaces.noneHint')}</Empty>
          ) : (
            <ul className={styles.list}>
              {nodes.map(({ id, name, accessModel, plan }) => (
                <li key={id}>
                  <Link className={styles.workspace} href={`/workspace/${id}`}>
                    <strong>{name}</strong>
                    <span className={styles.facts}>
                      <Badge>{accessModel}</Badge>
                      <Badge>{t(`plan.${plan}`)}</Badge>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
