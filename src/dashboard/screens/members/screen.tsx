import { useCallback, useMemo, useRef, useState } from 'react';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useKnownPage } from '../../app/parameters.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button, LinkButton } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Page, Total } from '../../ui/panel.js';
import { TableFrame } from '../../ui/table.js';
import { ChangedNotice } from '../changed-notice.js';
import { ExportButton } from '../export.js';
import { AddMemberDialog } from './add-member.js';
import type { BulkAction } from './bulk/action.js';
import { SelectionBar } from './bulk/bar.js';
import { BulkDialog } from './bulk/dialog.js';
import { useMembersSelection } from './bulk/selection.js';
import { MemberDialog } from './dialogs/dialog.js';
import type { MemberAction } from './dialogs/props.js';
import { useLivePage } from './live.js';
import { MembersPageDocument, type MembersPageQueryVariables } from './members.generated.js';
import { MembersPager } from './pager.js';
import type { MemberRow } from './person.js';
import type { OpenAction } from './row-menu.js';
import { useColumns } from './shown-columns.js';
import { MembersTable } from './table.js';
import { MembersToolbar } from './toolbar.js';
import { filterOf, isFiltered, NO_FILTERS, pageOf, useMembersView } from './view.js';

/** The dialog that is open above the table. */
type Opened =
  | { readonly kind: 'member'; readonly action: MemberAction; readonly member: MemberRow }
  | { readonly kind: 'bulk'; readonly action: BulkAction }
  | { readonly kind: 'add' };

const NO_ROWS: readonly MemberRow[] = [];

/** Settings → Members. */
export default function MembersScreen() {
  const t = useMessages();
  const { id, accessModel } = useWorkspace();
  const [view, changeView] = useMembersView();
  const { columns, shown, choose } = useColumns(accessModel);
  const [opened, setOpened] = useState<Opened | null>(null);
  const filter = useMemo(() => filterOf(view), [view]);
  const withGroups = shown.has('groups');
  const withUsage = shown.has('used') || shown.has('limit');
  const variables: MembersPageQueryVariables = useMemo(
    () => ({ workspaceId: id, filter, ...pageOf(view), withGroups, withUsage }),
    [id, filter, view, withGroups, withUsage],
  );
  const [query, reload] = useQuery({ query: MembersPageDocument, variables });
  useKnownPage(query.error);
  const members = query.data?.workspace?.members ?? undefined;
  const rows = members?.nodes ?? NO_ROWS;
  const selection = useMembersSelection(rows, JSON.stringify(filter));
  const live = useLivePage(variables, query.fetching ? undefined : rows.map((row) => row.id));
  const open: OpenAction = useCallback((action, member) => setOpened({ kind: 'member', action, member }), []);
  const close = () => setOpened(null);
  // A job that ends later refreshes the page that is visible then.
  const refresh = useRef(live.show);
  refresh.current = live.show;
  const changed = () => void refresh.current();

  return (
    <Page
      title={t('members.title')}
      lead={
        members && (
          <Total>
            {t('members.total', { count: members.totalCount, formatted: formatNumber(members.totalCount) })}
          </Total>
        )
      }
      actions={
        <Actions onAdd={() => setOpened({ kind: 'add' })} exportUrl={exportUrl(id, JSON.stringify(filter))} />
      }
    >
      <MembersToolbar view={view} onChange={changeView} shownColumns={shown} onColumns={choose} />
      <SelectionBar
        selected={selection.selected}
        total={members?.totalCount ?? 0}
        onSelectAll={() => selection.selectAll(members?.totalCount ?? 0)}
        onClear={selection.clear}
        onOpen={(action) => setOpened({ kind: 'bulk', action })}
      />
      <ChangedNotice live={live} />
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {() =>
          rows.length === 0 ? (
            <NoMembers
              isPageEmpty={(members?.totalCount ?? 0) > 0}
              isFiltered={isFiltered(view)}
              onFirst={() => changeView({})}
              onClear={() => changeView(NO_FILTERS)}
            />
          ) : (
            <TableFrame isBusy={query.fetching}>
              <MembersTable
                members={rows}
                columns={columns}
                sort={view.sort}
                isDescending={view.isDescending}
                selected={selection.keys}
                onSort={changeView}
                onSelect={selection.select}
                onOpen={open}
              />
            </TableFrame>
          )
        }
      </Loaded>
      {rows.length > 0 && members !== undefined && (
        <MembersPager pageInfo={members.pageInfo} onTurn={changeView} />
      )}
      {opened?.kind === 'member' && (
        <MemberDialog action={opened.action} member={opened.member} onClose={close} onChanged={changed} />
      )}
      {opened?.kind === 'bulk' && (
        <BulkDialog
          action={opened.action}
          selected={selection.selected}
          filter={filter}
          onClose={close}
          onChanged={() => {
            selection.clear();
            changed();
          }}
        />
      )}
      {opened?.kind === 'add' && <AddMemberDialog onClose={close} onChanged={changed} />}
    </Page>
  );
}

/** The URL of the export of all matching members. */
function exportUrl(workspaceId: string, filter: string): string {
  return `/exports/workspaces/${workspaceId}/members.csv?filter=${encodeURIComponent(filter)}`;
}

function Actions({ onAdd, exportUrl: url }: { readonly onAdd: () => void; readonly exportUrl: string }) {
  const t = useMessages();
  const { id, viewerCan } = useWorkspace();
  const invitations = `/workspace/${id}/settings/invitations`;
  return (
    <>
      <ExportButton kind="quiet" url={url}>
        {t('members.export')}
      </ExportButton>
      {viewerCan.addMember.allowed && <Button onPress={onAdd}>{t('members.add')}</Button>}
      {viewerCan.manageInvitations.allowed && (
        <>
          <LinkButton href={`${invitations}/csv`}>{t('members.bulkInvite')}</LinkButton>
          <LinkButton kind="primary" href={`${invitations}?invite`}>
            {t('members.invite')}
          </LinkButton>
        </>
      )}
    </>
  );
}

interface NoMembersProps {
  /** Whether there are members on other pages. */
  readonly isPageEmpty: boolean;
  readonly isFiltered: boolean;
  readonly onFirst: () => void;
  readonly onClear: () => void;
}

function NoMembers({ isPageEmpty, isFiltered: hasFilters, onFirst, onClear }: NoMembersProps) {
  const t = useMessages();
  if (isPageEmpty)
    return (
      <Empty title={t('members.pageEmpty')} actions={<Button onPress={onFirst}>{t('pager.first')}</Button>}>
        {t('members.pageEmptyHint')}
      </Empty>
    );
  if (!hasFilters) return <Empty title={t('members.empty')}>{t('members.emptyHint')}</Empty>;
  return (
    <Empty title={t('members.none')} actions={<Button onPress={onClear}>{t('members.clearFilters')}</Button>}>
      {t('members.noneHint')}
    </Empty>
  );
}
