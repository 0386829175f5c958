import { actionText } from '../../app/audit-action.js';
import { formatDay, formatMonth, formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Chart } from '../../ui/chart.js';
import { TextLink } from '../../ui/link.js';
import { Meter } from '../../ui/meter.js';
import { Badge, Notice } from '../../ui/notice.js';
import { Facts, Figure, Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { usedSoFar } from '../credits/month.js';
import { CreditBlockNotice } from '../members/credit-block.js';
import { accessText, problemUrl, seatOf } from '../members/person.js';
import type { OverviewQuery } from './overview.generated.js';
import styles from './overview.module.css';

type Workspace = NonNullable<OverviewQuery['workspace']>;
type Part<Name extends keyof Workspace> = NonNullable<Workspace[Name]>;

/** The viewer's access and use of credits, and what blocks them. */
export function OwnAccessCard({ member }: { readonly member: Part<'viewerMember'> }) {
  const t = useMessages();
  const { accessModel, viewerCan } = useWorkspace();
  const { changeMembers } = viewerCan;
  const { usage } = member;
  const limit = usage?.limit;
  const unlimited = usage?.blockedBy === 'ROLE' ? '–' : t('members.noLimit');
  return (
    <Panel title={t('ownAccess.title')}>
      <Facts
        facts={[
          [t('members.column.access'), accessText(member, accessModel, t)],
          ...(usage === null
            ? []
            : ([
                [t('members.column.used'), formatNumber(usage.used)],
                [t('members.column.limit'), limit == null ? unlimited : formatNumber(limit)],
              ] as const)),
        ]}
      />
      {usage !== null && limit != null && (
        <Meter
          label={t('members.column.used')}
          used={usage.used}
          total={limit}
          text={t('meter.of', { used: formatNumber(usage.used), total: formatNumber(limit) })}
        />
      )}
      {accessModel === 'V1' && seatOf(member.access) === null && (
        <Notice
          tone="warning"
          title={t('ownAccess.noSeat')}
          hint={changeMembers.allowed ? t('ownAccess.noSeatHint') : changeMembers.refusal?.hint}
        />
      )}
      {usage?.blockedBy != null && (
        <CreditBlockNotice
          block={usage.blockedBy}
          ability={usage.blockedBy === 'POOL' ? viewerCan.setCreditPool : changeMembers}
        />
      )}
    </Panel>
  );
}

export function MembersCard({ workspace }: { readonly workspace: Workspace }) {
  const t = useMessages();
  const { id, accessModel } = useWorkspace();
  const { memberCounts, memberDays } = workspace;
  if (memberCounts === null) return null;
  const seats = memberCounts.bySeatType.map(
    ({ seatType, count }) =>
      [seatType === null ? t('access.noSeat') : t(`seat.${seatType}`), formatNumber(count)] as const,
  );
  const roles = memberCounts.byRole.map(
    ({ role, count }) => [t(`role.${role}`), formatNumber(count)] as const,
  );
  return (
    <Panel
      title={t('overview.members')}
      actions={<TextLink href={`/workspace/${id}/settings/members`}>{t('overview.all')}</TextLink>}
    >
      <Figure>{formatNumber(memberCounts.active)}</Figure>
      <Facts facts={accessModel === 'V1' ? [...seats, ...roles] : roles} />
      {memberDays !== null && (
        <Chart
          label={t('overview.memberDays')}
          columns={[t('chart.day'), t('overview.members')]}
          points={memberDays
            .toSorted((a, b) => a.date.localeCompare(b.date))
            .map(({ date, active }) => ({ id: date, label: formatDay(date), value: active }))}
          form="line"
        />
      )}
    </Panel>
  );
}

export function SeatsCard({ seats }: { readonly seats: Part<'seats'> }) {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <Panel
      title={t('seats.title')}
      actions={<TextLink href={`/workspace/${id}/settings/seats`}>{t('overview.all')}</TextLink>}
    >
      {seats.map(({ seatType, total, used }) => (
        <Meter
          key={seatType}
          label={t(`seat.${seatType}`)}
          used={used}
          total={total}
          text={t('meter.of', { used: formatNumber(used), total: formatNumber(total) })}
          isLabelShown
        />
      ))}
    </Panel>
  );
}

export function CreditsCard({ pool }: { readonly pool: Part<'creditPool'> }) {
  const t = useMessages();
  const { id, viewerCan } = useWorkspace();
  return (
    <Panel
      title={t('overview.credits', { month: formatMonth(pool.month) })}
      {...(viewerCan.readCredits.allowed
        ? {
            actions: <TextLink href={`/workspace/${id}/settings/credits`}>{t('overview.all')}</TextLink>,
          }
        : {})}
    >
      <Figure>{formatNumber(pool.remaining)}</Figure>
      <Meter
        label={t('overview.creditsUsed')}
        used={pool.used}
        total={pool.total}
        text={t('meter.of', { used: formatNumber(pool.used), total: formatNumber(pool.total) })}
        isLabelShown
      />
      <Chart
        label={t('overview.creditDays')}
        columns={[t('chart.day'), t('overview.creditsUsed')]}
        points={usedSoFar(pool)}
        form="line"
        mark={{ value: pool.total, label: t('credits.total', { formatted: formatNumber(pool.total) }) }}
      />
    </Panel>
  );
}

export function InvitationsCard({ invitations }: { readonly invitations: Part<'invitations'> }) {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <Panel
      title={t('overview.invitations')}
      actions={<TextLink href={`/workspace/${id}/settings/invitations`}>{t('overview.all')}</TextLink>}
    >
      <Figure>{formatNumber(invitations.totalCount)}</Figure>
      {invitations.nodes.length > 0 && (
        <Facts
          facts={invitations.nodes.map(({ email, kind, expiresAt }) => [
            email ?? t(kind === 'LINK' ? 'overview.link' : 'add.address'),
            <span key="expires">
              {t('apiKeys.expiry')} <Time at={expiresAt} form="ago" />
            </span>,
          ])}
        />
      )}
    </Panel>
  );
}

export function ActivityCard({ entries }: { readonly entries: Part<'auditLog'>['nodes'] }) {
  const t = useMessages();
  const { id } = useWorkspace();
  return (
    <Panel
      title={t('overview.activity')}
      actions={<TextLink href={`/workspace/${id}/settings/audit-log`}>{t('overview.all')}</TextLink>}
    >
      {entries.length === 0 ? (
        <p>{t('audit.none')}</p>
      ) : (
        <ul className={styles.activity}>
          {entries.map(({ id: entryId, at, action, actorLabel, targetLabel }) => (
            <li key={entryId}>
              <div>
                {actionText(action, t)}: <strong>{targetLabel}</strong>
              </div>
              <small>
                <Time at={at} form="ago" /> {t('overview.by', { actor: actorLabel })}
              </small>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const SHOWN_PROBLEMS = 4;

/** The first problems of provisioning. */
export function ProblemsCard({ problems }: { readonly problems: NonNullable<Part<'scim'>['problems']> }) {
  const t = useMessages();
  const { id } = useWorkspace();
  const settings = `/workspace/${id}/settings`;
  return (
    <Panel
      title={t('overview.problems')}
      actions={<TextLink href={`${settings}/provisioning`}>{t('overview.all')}</TextLink>}
    >
      <Figure>{formatNumber(problems.length)}</Figure>
      <ul>
        {problems.slice(0, SHOWN_PROBLEMS).map((problem) => (
          <li key={problem.problemId}>
            <TextLink href={problemUrl(settings, problem)}>{problem.cause}</TextLink>{' '}
            {t('overview.subjects', { count: problem.subjectCount })}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const HEALTH_TONES = {
  HEALTHY: 'success',
  DEGRADED: 'warning',
  FAILING: 'danger',
  IDLE: 'neutral',
  NOT_CONNECTED: 'neutral',
} as const;

interface HealthCardProps {
  readonly title: string;
  readonly health: NonNullable<Part<'scim'>['health']>;
  /** The screen with the details; absent on that screen itself. */
  readonly href?: string;
}

/** The state of provisioning through the identity provider. */
export function HealthCard({ title, health, href }: HealthCardProps) {
  const t = useMessages();
  const { status, reason, lastRequestAt, lastSuccessAt } = health;
  const time = (at: string | null) => (at === null ? t('apiKeys.never') : <Time at={at} form="ago" />);
  return (
    <Panel
      title={title}
      actions={href !== undefined && <TextLink href={href}>{t('overview.details')}</TextLink>}
    >
      <p>
        <Badge tone={HEALTH_TONES[status]}>{t(`health.${status}`)}</Badge> {reason}
      </p>
      <Facts
        facts={[
          [t('health.lastRequest'), time(lastRequestAt)],
          [t('health.lastSuccess'), time(lastSuccessAt)],
        ]}
      />
    </Panel>
  );
}
