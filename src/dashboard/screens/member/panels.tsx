import type { ReactNode } from 'react';
import { formatMonth, formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextLink } from '../../ui/link.js';
import { Meter } from '../../ui/meter.js';
import { Facts, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { CreditBlockNotice } from '../members/credit-block.js';
import { accessText, limitOf } from '../members/person.js';
import type { MemberDetails } from './details.js';

interface PanelProps {
  readonly member: MemberDetails;
}

/** Omits unknown values. */
function known(facts: readonly (readonly [string, ReactNode])[]): readonly (readonly [string, ReactNode])[] {
  return facts.filter(([, value]) => value != null && value !== '');
}

export function ProfilePanel({
  member: { profile, externalId, lastActiveAt, createdAt, managedBy },
}: PanelProps) {
  const t = useMessages();
  const { name, title, enterprise, preferredLanguage, timezone } = profile;
  return (
    <Panel title={t('member.profile')}>
      <Facts
        facts={known([
          [t('edit.givenName'), name?.givenName],
          [t('edit.familyName'), name?.familyName],
          [t('member.title'), title],
          [t('member.department'), enterprise?.department],
          [t('member.organization'), enterprise?.organization],
          [t('member.employeeNumber'), enterprise?.employeeNumber],
          [t('member.manager'), enterprise?.manager?.value],
          [t('member.language'), preferredLanguage],
          [t('member.timezone'), timezone],
          [t('edit.externalId'), externalId],
          [t('members.column.managedBy'), t(`managedBy.${managedBy}`)],
          [t('members.column.createdAt'), <Time key="added" at={createdAt} form="date" />],
          [
            t('member.lastActive'),
            lastActiveAt === null ? t('member.never') : <Time key="active" at={lastActiveAt} form="ago" />,
          ],
        ])}
      />
    </Panel>
  );
}

export function AccessPanel({ member }: PanelProps) {
  const t = useMessages();
  const { accessModel, viewerCan } = useWorkspace();
  const { access, accessSetBy } = member;
  const usage = member.active ? member.usage : null;
  const own = limitOf(access);
  const canHaveLimit = access !== null && 'creditLimitApplies' in access && access.creditLimitApplies;
  const limit =
    own !== null
      ? formatNumber(own)
      : usage?.limit == null
        ? t('members.noLimit')
        : t('members.defaultLimit', { limit: formatNumber(usage.limit) });
  return (
    <Panel title={t('members.column.access')}>
      <Facts
        facts={known([
          [t('access.role'), accessText(member, accessModel, t)],
          [t('member.accessSetBy'), member.active ? t(`accessSetBy.${accessSetBy ?? 'NOBODY'}`) : null],
          [t('members.column.limit'), usage === null || !canHaveLimit ? null : limit],
          [t('member.remaining'), usage?.remaining == null ? null : formatNumber(usage.remaining)],
        ])}
      />
      {usage !== null && usage.limit !== null && (
        <Meter
          label={t('members.column.used')}
          used={usage.used}
          total={usage.limit}
          text={t('meter.of', { used: formatNumber(usage.used), total: formatNumber(usage.limit) })}
          isLabelShown
        />
      )}
      {usage?.blockedBy != null && (
        <CreditBlockNotice
          block={usage.blockedBy}
          ability={
            {
              ROLE: member.viewerCan.setAccess,
              MEMBER_LIMIT: member.viewerCan.setCreditLimit,
              POOL: viewerCan.setCreditPool,
            }[usage.blockedBy]
          }
        />
      )}
    </Panel>
  );
}

export function GroupsPanel({ member: { groups } }: PanelProps) {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <Panel title={t('members.column.groups')}>
      {groups.length === 0 ? (
        <p>{t('member.noGroups')}</p>
      ) : (
        <ul>
          {groups.map((group) => (
            <li key={group.id}>
              <TextLink href={`/workspace/${id}/settings/groups/${group.id}`}>{group.displayName}</TextLink>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function UsagePanel({ months }: { readonly months: NonNullable<MemberDetails['usageByMonth']> }) {
  const t = useMessages();
  const most = Math.max(1, ...months.map(({ used }) => used));
  // Months before the first use say nothing.
  const first = months.findLastIndex(({ used }) => used > 0);
  return (
    <Panel title={t('member.usage')}>
      <PlainTable
        label={t('member.usage')}
        columns={[t('member.month'), t('member.used')]}
        rows={months.slice(0, Math.max(first, 0) + 1).map(({ month, used }) => ({
          id: month,
          cells: [
            formatMonth(month),
            <Meter
              key="bar"
              label={formatMonth(month)}
              used={used}
              total={most}
              text={formatNumber(used)}
              tone="plain"
            />,
          ],
        }))}
      />
    </Panel>
  );
}

export function MembershipsPanel({ member: { memberships } }: PanelProps) {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  return (
    <Panel title={t('member.memberships')}>
      <PlainTable
        label={t('member.memberships')}
        columns={[t('member.from'), t('member.until'), t('members.column.access')]}
        rows={memberships.nodes.map(({ id, startedAt, endedAt, role, access }) => ({
          id,
          cells: [
            <Time key="from" at={startedAt} />,
            endedAt === null ? t('member.now') : <Time key="until" at={endedAt} />,
            accessText({ active: true, role, access }, accessModel, t),
          ],
        }))}
      />
    </Panel>
  );
}
