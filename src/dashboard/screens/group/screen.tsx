import { useState } from 'react';
import { formatNumber } from '../../app/formats.js';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { LinkButton } from '../../ui/button.js';
import { TextLink } from '../../ui/link.js';
import { DeletedPage, Loaded, NotFoundPage, useLastShown } from '../../ui/loaded.js';
import { Menu } from '../../ui/menu.js';
import { Facts, Page, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { showToast } from '../../ui/toast.js';
import { grantText } from '../groups/grant.js';
import { useChange } from '../invitations/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import type { MemberRow } from '../members/person.js';
import { accessText, nameOf } from '../members/person.js';
import { blockedBecause } from '../members/row-menu.js';
import { usePages } from '../pages.js';
import { AddDialog, DeleteDialog, RenameDialog } from './dialogs.js';
import { GrantDialog } from './grant-dialog.js';
import { GroupScreenDocument, type GroupScreenQuery, GroupUpdateDocument } from './group.generated.js';

type GroupDetails = NonNullable<NonNullable<GroupScreenQuery['workspace']>['group']>;

/** One group: what it grants, and its members. */
export default function GroupScreen({
  params,
}: {
  readonly params: Readonly<Record<string, string | undefined>>;
}) {
  const { id: workspaceId } = useWorkspace();
  const { after, pager } = usePages();
  const groupId = params.groupId ?? '';
  const [query, reload] = useLiveQuery({
    query: GroupScreenDocument,
    variables: { workspaceId, groupId, after },
  });
  const last = useLastShown(groupId, query.data?.workspace?.group);
  const t = useMessages();
  const refresh = () => reload({ requestPolicy: 'network-only' });
  return (
    <Loaded query={query} onRetry={refresh}>
      {({ workspace }) => {
        const group = workspace?.group;
        if (group != null)
          return (
            <>
              <GroupPage group={group} onChanged={refresh} />
              {group.members !== null && pager(group.members.pageInfo)}
            </>
          );
        // With an error, the viewer may no longer read it.
        if (last === undefined || query.error !== undefined) return <NotFoundPage />;
        return <DeletedPage name={last.displayName} text={t('group.gone')} back={<AllGroups />} />;
      }}
    </Loaded>
  );
}

function AllGroups() {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <LinkButton kind="quiet" href={`/workspace/${id}/settings/groups`}>
      {t('group.back')}
    </LinkButton>
  );
}

interface GroupPageProps {
  readonly group: GroupDetails;
  readonly onChanged: () => void;
}

function GroupPage({ group, onChanged }: GroupPageProps) {
  const t = useMessages();
  const [dialog, setDialog] = useState<'grant' | 'add' | 'rename' | 'delete' | null>(null);
  const { displayName, externalId, grants, members, viewerCan } = group;
  const close = () => setDialog(null);
  const props = { group, onClose: close, onChanged };
  return (
    <Page
      title={displayName}
      actions={
        <>
          <AllGroups />
          <Menu
            label={t('action.menu', { name: displayName })}
            actions={[
              {
                id: 'rename',
                label: t('group.rename'),
                blockedBecause: blockedBecause(viewerCan.update, t),
                onAction: () => setDialog('rename'),
              },
              {
                id: 'delete',
                label: t('group.delete'),
                blockedBecause: blockedBecause(viewerCan.delete, t),
                isDanger: true,
                onAction: () => setDialog('delete'),
              },
            ]}
          />
        </>
      }
    >
      <Panel
        title={t('groups.grant')}
        actions={
          <AbleButton ability={viewerCan.setGrant} onPress={() => setDialog('grant')}>
            {t('grant.change')}
          </AbleButton>
        }
      >
        <Facts
          facts={[
            [t('group.access'), grantText(grants, t)],
            ...(externalId === null ? [] : ([[t('edit.externalId'), externalId]] as const)),
          ]}
        />
      </Panel>
      <Panel
        title={t('groups.memberCount', {
          count: members?.totalCount ?? 0,
          formatted: formatNumber(members?.totalCount ?? 0),
        })}
        actions={
          <AbleButton ability={viewerCan.update} onPress={() => setDialog('add')}>
            {t('group.add')}
          </AbleButton>
        }
      >
        {members !== null && members.nodes.length > 0 ? (
          <MembersTable group={group} members={members.nodes} onChanged={onChanged} />
        ) : (
          <p>{t('group.empty')}</p>
        )}
      </Panel>
      {dialog === 'grant' && <GrantDialog {...props} />}
      {dialog === 'add' && <AddDialog {...props} />}
      {dialog === 'rename' && <RenameDialog {...props} />}
      {dialog === 'delete' && <DeleteDialog group={group} onClose={close} />}
    </Page>
  );
}

function MembersTable({
  group,
  members,
  onChanged,
}: GroupPageProps & { readonly members: readonly MemberRow[] }) {
  const t = useMessages();
  const { id: workspaceId, accessModel } = useWorkspace();
  const { send, failure } = useChange();
  const remove = async (member: MemberRow) => {
    const input = { workspaceId, groupId: group.id, removeMemberIds: [member.id] };
    if ((await send(GroupUpdateDocument, { input })) === null) return;
    showToast({
      text: t('group.removed', { member: nameOf(member), name: group.displayName }),
      action: { label: t('dialog.undo'), onPress: () => addAgain(member) },
    });
    onChanged();
  };
  const addAgain = async (member: MemberRow) => {
    const input = { workspaceId, groupId: group.id, addMemberIds: [member.id] };
    if ((await send(GroupUpdateDocument, { input })) === null) return;
    showToast({ text: t('group.added', { member: nameOf(member), name: group.displayName }) });
    onChanged();
  };
  return (
    <>
      <FailureNotice failure={failure} />
      <PlainTable
        label={t('groups.members')}
        columns={[
          t('members.column.person'),
          t('members.userName'),
          t('members.column.access'),
          t('members.column.actions'),
        ]}
        rows={members.map((member) => ({
          id: member.id,
          cells: [
            <TextLink key="name" href={`/workspace/${workspaceId}/settings/members/${member.id}`}>
              {nameOf(member)}
            </TextLink>,
            member.userName,
            accessText(member, accessModel, t),
            <Menu
              key="menu"
              label={t('action.menu', { name: nameOf(member) })}
              actions={[
                {
                  id: 'remove',
                  label: t('group.remove'),
                  blockedBecause: blockedBecause(group.viewerCan.update, t),
                  onAction: () => remove(member),
                },
              ]}
            />,
          ],
        }))}
      />
    </>
  );
}
