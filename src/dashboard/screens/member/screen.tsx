import { useState } from 'react';
import { useClient } from 'urql';
import { useLocation } from 'wouter';
import { reasonOf } from '../../app/client.js';
import { useLiveQuery } from '../../app/live.js';
import { type Translate, useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button, LinkButton } from '../../ui/button.js';
import { DeletedPage, Loaded, NotFoundPage, useLastShown } from '../../ui/loaded.js';
import { Menu, type MenuAction } from '../../ui/menu.js';
import { Badge } from '../../ui/notice.js';
import { Grid, Page } from '../../ui/panel.js';
import { showToast } from '../../ui/toast.js';
import { MemberDialog } from '../members/dialogs/dialog.js';
import type { MemberAction } from '../members/dialogs/props.js';
import { nameOf } from '../members/person.js';
import { blockedBecause } from '../members/row-menu.js';
import { addAgain } from '../members/undo.js';
import type { MemberDetails } from './details.js';
import { History } from './history.js';
import { MemberScreenDocument } from './member.generated.js';
import { AccessPanel, GroupsPanel, MembershipsPanel, ProfilePanel, UsagePanel } from './panels.js';
import { ProvisioningPanel } from './provisioning.js';
import { SessionsPanel } from './sessions.js';

/** One member: profile, access, groups, usage, memberships, provisioning, sessions and history, with every action. */
export default function MemberScreen({
  params,
}: {
  readonly params: Readonly<Record<string, string | undefined>>;
}) {
  const { id: workspaceId } = useWorkspace();
  const memberId = params.memberId ?? '';
  const [query, reload] = useLiveQuery({ query: MemberScreenDocument, variables: { workspaceId, memberId } });
  const last = useLastShown(memberId, query.data?.workspace?.member);
  const t = useMessages();
  const refresh = () => reload({ requestPolicy: 'network-only' });
  return (
    <Loaded query={query} onRetry={refresh}>
      {({ workspace }) => {
        if (workspace?.member != null)
          return <MemberPage key={memberId} member={workspace.member} onChanged={refresh} />;
        // With an error, the viewer may no longer read it.
        if (last === undefined || query.error !== undefined) return <NotFoundPage />;
        return <DeletedPage name={nameOf(last)} text={t('member.gone')} back={<AllMembers />} />;
      }}
    </Loaded>
  );
}

function AllMembers() {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <LinkButton kind="quiet" href={`/workspace/${id}/settings/members`}>
      {t('member.back')}
    </LinkButton>
  );
}

interface MemberPageProps {
  readonly member: MemberDetails;
  readonly onChanged: () => void;
}

function MemberPage({ member, onChanged }: MemberPageProps) {
  const t = useMessages();
  const { viewerCan } = useWorkspace();
  const [, navigate] = useLocation();
  const [action, setAction] = useState<MemberAction | null>(null);
  const name = nameOf(member);
  const changed = () => {
    if (action === 'delete') navigate('/settings/members');
    else onChanged();
  };
  return (
    <Page
      title={name}
      lead={
        <>
          {member.userName} {!member.active && <Badge>{t('status.inactive')}</Badge>}
        </>
      }
      actions={
        <>
          <AllMembers />
          {!member.active && <AddAgain member={member} onChanged={onChanged} />}
          <Menu
            label={t('action.menu', { name })}
            trigger={t('member.actions')}
            actions={actionsOf(member, t, setAction)}
          />
        </>
      }
    >
      <Grid>
        <ProfilePanel member={member} />
        <AccessPanel member={member} />
        <GroupsPanel member={member} />
      </Grid>
      {member.usageByMonth !== null && <UsagePanel months={member.usageByMonth} />}
      <MembershipsPanel member={member} />
      {viewerCan.readAuditLog.allowed && <ProvisioningPanel memberId={member.id} />}
      {member.viewerCan.endSessions.allowed && <SessionsPanel memberId={member.id} />}
      {member.viewerCan.readHistory.allowed && <History memberId={member.id} version={member.version} />}
      {action !== null && (
        <MemberDialog action={action} member={member} onClose={() => setAction(null)} onChanged={changed} />
      )}
    </Page>
  );
}

function actionsOf(
  { viewerCan, role, access }: MemberDetails,
  t: Translate,
  onOpen: (action: MemberAction) => void,
): readonly MenuAction[] {
  const ids: readonly (keyof typeof viewerCan & MemberAction)[] = [
    'update',
    'setAccess',
    'clearAccess',
    ...(access !== null && 'seatType' in access ? [] : ['setCreditLimit' as const]),
    role === 'OWNER' ? 'demote' : 'promote',
    'remove',
    'delete',
  ];
  return ids.map((id) => ({
    id,
    label: t(`action.${id}`),
    blockedBecause: blockedBecause(viewerCan[id], t),
    isDanger: id === 'remove' || id === 'delete',
    onAction: () => onOpen(id),
  }));
}

/** Adds a person who has left again, with the access of the last membership. */
function AddAgain({ member, onChanged }: MemberPageProps) {
  const t = useMessages();
  const client = useClient();
  const { id: workspaceId } = useWorkspace();
  const name = nameOf(member);
  const add = async () => {
    const [last] = member.memberships.nodes.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
    const { userName, active } = member;
    const former = { userName, active, role: last?.role ?? null, access: last?.access ?? null };
    const error = await addAgain(client, workspaceId, former);
    if (error === undefined) showToast({ text: t('remove.undone', { name }) });
    else showToast({ text: t('remove.notUndone', { name, reason: reasonOf(error) }), isFailure: true });
    onChanged();
  };
  return <Button onPress={add}>{t('member.addAgain')}</Button>;
}
