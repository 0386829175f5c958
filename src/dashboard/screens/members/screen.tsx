import { useState } from 'react';
import { useQuery } from 'urql';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { Button } from '../../ui/button.js';
import { MemberDialog, type OpenDialog } from './dialogs.js';
import { MembersPageDocument } from './members.generated.js';
import { Pager } from './pager.js';
import { MembersTable } from './table.js';
import { MembersToolbar } from './toolbar.js';
import { filterOf, pageOf, useMembersView } from './view.js';

/** Settings → Members. */
export default function MembersScreen() {
  const t = useMessages();
  const { id } = useWorkspace();
  const [view, changeView] = useMembersView();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const orderBy = { field: view.sort, direction: view.isDescending ? ('DESC' as const) : ('ASC' as const) };
  const variables = { workspaceId: id, filter: filterOf(view), orderBy, ...pageOf(view) };
  const [query, reload] = useQuery({ query: MembersPageDocument, variables });
  const total = query.data?.workspace?.members?.totalCount;
  return (
    <Page
      title={t('members.title')}
      lead={total === undefined ? undefined : t('members.total', { count: total, formatted: formatNumber(total) })}
    >
      <MembersToolbar view={view} onChange={changeView} />
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) => {
          const members = workspace?.members;
          if (members == null) return null;
          if (members.nodes.length === 0) {
            return (
              <Empty
                title={t('members.none')}
                actions={<Button onPress={() => changeView(viewWithoutFilters)}>{t('members.clearFilters')}</Button>}
              >
                {t('members.noneHint')}
              </Empty>
            );
          }
          return (
            <>
              <MembersTable members={members.nodes} view={view} onSort={changeView} onOpen={setDialog} />
              <Pager pageInfo={members.pageInfo} onTurn={changeView} />
            </>
          );
        }}
      </Loaded>
      {dialog !== null && <MemberDialog {...dialog} onClose={() => setDialog(null)} />}
    </Page>
  );
}

const viewWithoutFilters = {
  search: '',
  status: 'active',
  role: null,
  seatType: null,
  managedBy: null,
  groupId: null,
  isLimitReached: false,
} as const;
