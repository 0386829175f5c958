import { formatNumber } from '../../app/formats.js';
import { type Translate, useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextLink } from '../../ui/link.js';
import { Meter } from '../../ui/meter.js';
import { Badge } from '../../ui/notice.js';
import { Time } from '../../ui/time.js';
import type { ColumnId } from './columns.js';
import { accessText, limitOf, type MemberRow, nameOf, problemUrl } from './person.js';
import styles from './table.module.css';

const SHOWN_GROUPS = 2;

/** The content of a member's cell in a column. */
export function MemberCell({ column, member }: { readonly column: ColumnId; readonly member: MemberRow }) {
  const t = useMessages();
  const { id, accessModel } = useWorkspace();
  switch (column) {
    case 'person':
      return <Person member={member} settings={`/workspace/${id}/settings`} t={t} />;
    case 'access':
      return member.active ? accessText(member, accessModel, t) : null;
    case 'limit':
      return <Limit member={member} t={t} />;
    case 'used':
      return <Used member={member} t={t} />;
    case 'groups':
      return <Groups groups={member.groups ?? []} t={t} />;
    case 'managedBy':
      return t(`managedBy.${member.managedBy}`);
    case 'status':
      return member.active ? (
        <Badge tone="success">{t('status.active')}</Badge>
      ) : (
        <Badge>{t('status.inactive')}</Badge>
      );
    case 'createdAt':
      return <Time at={member.createdAt} form="date" />;
    case 'updatedAt':
      return <Time at={member.updatedAt} form="ago" />;
  }
}

interface PartProps {
  readonly member: MemberRow;
  readonly t: Translate;
}

function Person({ member, settings, t }: PartProps & { readonly settings: string }) {
  const name = nameOf(member);
  const [problem] = member.scimProblems ?? [];
  return (
    <span className={styles.person}>
      <TextLink href={`${settings}/members/${member.id}`}>{name}</TextLink>
      {name !== member.userName && <span className={styles.address}>{member.userName}</span>}
      {problem !== undefined && (
        <TextLink href={problemUrl(settings, problem)}>
          <Badge tone={problem.severity === 'REFUSAL' ? 'danger' : 'warning'}>
            {t('members.problem', { cause: problem.cause })}
          </Badge>
        </TextLink>
      )}
    </span>
  );
}

function Limit({ member, t }: PartProps) {
  if (member.access !== null && 'creditLimitApplies' in member.access && !member.access.creditLimitApplies)
    return null;
  const own = limitOf(member.access);
  if (own !== null) return <span className={styles.number}>{formatNumber(own)}</span>;
  const { limit = null, limitSource = null } = member.usage ?? {};
  if (limit !== null && limitSource === 'WORKSPACE_DEFAULT')
    return <span className={styles.muted}>{t('members.defaultLimit', { limit: formatNumber(limit) })}</span>;
  return <span className={styles.muted}>{member.active ? t('members.noLimit') : ''}</span>;
}

function Used({ member: { usage }, t }: PartProps) {
  if (usage == null) return null;
  const { used, limit } = usage;
  if (limit === null) return <span className={styles.number}>{formatNumber(used)}</span>;
  const text = t('meter.of', { used: formatNumber(used), total: formatNumber(limit) });
  return <Meter label={t('members.column.used')} used={used} total={limit} text={text} />;
}

function Groups({ groups, t }: { readonly groups: NonNullable<MemberRow['groups']>; readonly t: Translate }) {
  const hidden = groups.slice(SHOWN_GROUPS);
  return (
    <span className={styles.groups} title={groups.map(({ displayName }) => displayName).join(', ')}>
      {groups.slice(0, SHOWN_GROUPS).map(({ id, displayName }) => (
        <Badge key={id}>{displayName}</Badge>
      ))}
      {hidden.length > 0 && (
        <span className={styles.muted}>{t('members.moreGroups', { count: hidden.length })}</span>
      )}
    </span>
  );
}
