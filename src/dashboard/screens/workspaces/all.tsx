import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { Button } from '../../ui/button.js';
import { SearchField } from '../../ui/field.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Menu } from '../../ui/menu.js';
import { Empty } from '../../ui/notice.js';
import { Page, Total } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { useDelayed } from '../members/delayed.js';
import { usePages } from '../pages.js';
import { CreateDialog } from './create.js';
import { PlanDialog } from './plan.js';
import { AllWorkspacesDocument, type WorkspaceRowFragment } from './workspaces.generated.js';
import styles from './workspaces.module.css';

/** Every workspace, for operators. The search is in the URL. */
export function AllWorkspaces() {
  const t = useMessages();
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get('search') ?? '';
  const search = useDelayed(text);
  const { after, pager, restart } = usePages();
  const [query, reload] = useQuery({
    query: AllWorkspacesDocument,
    variables: { after, filter: search === '' ? {} : { search } },
  });
  const [isCreating, setCreating] = useState(false);
  const [changing, setChanging] = useState<WorkspaceRowFragment | null>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  const total = query.data?.workspaces.totalCount;
  const type = (typed: string) => {
    restart();
    setParameters(typed === '' ? {} : { search: typed }, { replace: true });
  };
  return (
    <Page
      title={t('workspaces.all')}
      lead={
        total !== undefined && (
          <Total>{t('workspaces.total', { count: total, formatted: formatNumber(total) })}</Total>
        )
      }
      actions={
        <Button kind="primary" onPress={() => setCreating(true)}>
          {t('workspaces.create')}
        </Button>
      }
    >
      <SearchField label={t('groups.search')} value={text} onChange={type} />
      <Loaded query={query} onRetry={refresh}>
        {({ workspaces: { nodes, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty title={t('workspaces.noMatch')}>{t('members.noneHint')}</Empty>
          ) : (
            <>
              <PlainTable
                label={t('workspaces.all')}
                columns={[
                  t('groups.name'),
                  t('general.version'),
                  t('general.plan'),
                  t('workspaces.scim'),
                  t('general.created'),
                  t('members.column.actions'),
                ]}
                rows={nodes.map((workspace) => ({
                  id: workspace.id,
                  cells: [
                    <TextLink key="name" href={`/workspace/${workspace.id}`}>
                      {workspace.name}
                    </TextLink>,
                    workspace.accessModel,
                    t(`plan.${workspace.plan}`),
                    t(workspace.scim.enabled ? 'workspaces.on' : 'workspaces.off'),
                    <Time key="created" at={workspace.createdAt} form="date" />,
                    <RowActions key="menu" workspace={workspace} onPlan={() => setChanging(workspace)} />,
                  ],
                }))}
              />
              {pager(pageInfo)}
            </>
          )
        }
      </Loaded>
      {isCreating && <CreateDialog onClose={() => setCreating(false)} onCreated={refresh} />}
      {changing !== null && <PlanDialog workspace={changing} onClose={() => setChanging(null)} />}
    </Page>
  );
}

interface RowActionsProps {
  readonly workspace: WorkspaceRowFragment;
  readonly onPlan: () => void;
}

function RowActions({ workspace: { id, name, accessModel }, onPlan }: RowActionsProps) {
  const t = useMessages();
  const isSeats = accessModel === 'V1';
  return (
    <div className={styles.actions}>
      <Menu
        label={t('action.menu', { name })}
        actions={[{ id: 'plan', label: t('workspaces.plan'), onAction: onPlan }]}
      />
      <TextLink href={`/workspace/${id}/settings/${isSeats ? 'seats' : 'credits'}`}>
        {t(isSeats ? 'seats.title' : 'credits.title')}
      </TextLink>
    </div>
  );
}
