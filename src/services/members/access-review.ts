import { nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import type { Role, SeatType, WorkspaceVersion } from '../../domain/access.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { personName } from '../../domain/person-name.js';
import type { Channel } from '../../model/enums.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type Comparison, comparisonSql, type TextComparison } from '../lists/comparison.js';
import { Page, type PageArguments } from '../lists/page.js';

/** Conditions on the access at that moment; all of them must hold. */
export interface AccessReviewFilter {
  readonly userName?: TextComparison | null;
  readonly role?: Comparison<Role> | null;
  readonly seatType?: Comparison<SeatType> | null;
  readonly creditLimit?: Comparison<number> | null;
}

/** A member's access in a workspace at a moment of the past. */
export interface ReviewedAccess {
  readonly workspaceId: string;
  readonly workspaceVersion: WorkspaceVersion;
  readonly memberId: string;
  readonly userName: string;
  readonly displayName: string | null;
  /** The name to show for the person: see `personName`. */
  readonly name: string;
  readonly role: Role;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
  /** The change that set it; null when it is older than the audit log. */
  readonly grantedBy: { readonly at: Date; readonly by: string; readonly channel: Channel } | null;
}

interface Row {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string | null;
  /** The attribute `name` of the profile. */
  readonly nameParts: unknown;
  readonly role: Role;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
  /** JSON has no dates. */
  readonly grantedBy: { readonly at: string; readonly by: string; readonly channel: Channel } | null;
}

/**
 * Lists who had which access at a moment, by userName: all members who were active then, also those deleted since.
 *
 * A membership stores only its last access, but the audit log stores the value before every change (rule 28). So the
 * value of an attribute at the moment is the value before its first later change, or the present value if it has not
 * changed since. The entry of a deletion has all attributes of the member.
 * @param asOf changes of this millisecond count as made
 * @throws DomainError as `authorize` does, for the members and for the audit log; INVALID_INPUT for a future moment
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  asOf: Date,
  filter: AccessReviewFilter,
  page: PageArguments,
): Promise<Page<ReviewedAccess, Row>> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  await authorize(context, 'audit.read', workspaceId);
  if (asOf.getTime() > Date.now()) {
    throw new DomainError('INVALID_INPUT', 'asOf lies in the future.', {
      attribute: 'asOf',
      hint: 'Nobody knows yet who will have which access. Ask for a moment that has passed.',
    });
  }
  const since = { workspaceId: workspace.id, asOf, firstId: firstIdOf(asOf) };
  const formerNames = await FORMER_NAMES.rows(context.batched, since);
  const spellings = formerNames.flatMap(({ userName }) => userName ?? []);
  const values: unknown[] = [...Object.values(since), spellings, spellings.map(canonicalUserName)];
  const conditions = ['a.active', ...filterSql(filter, values)];
  return new Page<ReviewedAccess, Row>(
    context.batched,
    {
      name: 'accessReview.list',
      owner: workspace.id,
      columns: COLUMNS,
      from: ACCESS_THEN,
      where: conditions.join(' and '),
      values,
      id: 'a.id',
      orderBy: { column: 'a.canonical_user_name', type: 'text' },
    },
    page,
    ({ id, grantedBy, nameParts, ...access }) => ({
      ...access,
      name: personName({ displayName: access.displayName, name: nameParts }, access.userName),
      workspaceId: workspace.id,
      workspaceVersion: workspace.version,
      memberId: id,
      grantedBy: grantedBy === null ? null : { ...grantedBy, at: new Date(grantedBy.at) },
    }),
  );
}

/** The names of the reviewed attributes in the audit log. */
const REVIEWED = [
  'userName',
  'profile.displayName',
  'profile.name',
  'active',
  'role',
  'seatType',
  'creditLimit',
];

/** The former userNames of members that have changed them since the moment. */
const FORMER_NAMES = statement({
  name: 'accessReview.formerNames',
  text: `
    select distinct e.changes->'userName'->>'before' as "userName" from audit_entry e
    where e.workspace_id = $workspaceId and e.id >= $firstId and e.at > $asOf and e.target_type = 'member'
      and e.changes->'userName'->>'before' is not null`,
  parameters: { workspaceId: uuid, asOf: timestamptz, firstId: uuid },
  columns: { userName: nullable(text) },
});

/**
 * $1 is the workspace, $2 the moment, $3 an id below those of all later entries; $4 are the former userNames as the log
 * has them, and $5 their canonical forms.
 */
const ACCESS_THEN = `(
  with later as (
    select f.id, jsonb_object_agg(f.name, f.was) as was
    from (
      select distinct on (e.target_id, c.key) e.target_id as id, c.key as name, c.value->'before' as was
      from audit_entry e cross join jsonb_each(e.changes) c
      where e.workspace_id = $1 and e.id >= $3::uuid and e.at > $2::timestamptz and e.target_type = 'member'
        and c.key in (${REVIEWED.map((name) => `'${name}'`).join(', ')})
      order by e.target_id, c.key, e.at, e.id) f
    group by f.id),
  now as (
    select m.id, m.user_name, m.canonical_user_name, m.profile->>'displayName' as display_name,
      m.profile->'name' as name_parts, s.id is not null as active, s.role, s.seat_type, s.credit_limit
    from member m left join membership s on s.member_id = m.id and s.ended_at is null
    where m.workspace_id = $1)
  select coalesce(n.id, l.id) as id,
    case when l.was ? 'userName' then l.was->>'userName' else n.user_name end as user_name,
    case when l.was ? 'userName' then c.canonical else n.canonical_user_name end as canonical_user_name,
    case when l.was ? 'profile.displayName' then l.was->>'profile.displayName' else n.display_name end as display_name,
    case when l.was ? 'profile.name' then l.was->'profile.name' else n.name_parts end as name_parts,
    coalesce(case when l.was ? 'active' then (l.was->>'active')::boolean else n.active end, false) as active,
    case when l.was ? 'role' then l.was->>'role' else n.role end as role,
    case when l.was ? 'seatType' then l.was->>'seatType' else n.seat_type end as seat_type,
    case when l.was ? 'creditLimit' then (l.was->>'creditLimit')::integer else n.credit_limit end as credit_limit
  from now n full join later l on l.id = n.id
    left join unnest($4::text[], $5::text[]) c(spelling, canonical) on c.spelling = l.was->>'userName') a`;

const COLUMNS = `
  a.id, a.user_name as "userName", a.display_name as "displayName", a.name_parts as "nameParts", a.role,
  a.seat_type as "seatType", a.credit_limit as "creditLimit", (
    select json_build_object('at', e.at, 'by', e.actor_label, 'channel', e.channel)
    from audit_entry e
    where e.target_id = a.id and e.workspace_id = $1 and e.at <= $2::timestamptz
      and e.changes ?| array['active', 'role', 'seatType', 'creditLimit']
    order by e.at desc, e.id desc limit 1) as "grantedBy"`;

const FIELDS = {
  userName: {
    expression: 'a.canonical_user_name',
    type: 'text',
    nullable: true,
    canonical: canonicalUserName,
  },
  role: { expression: 'a.role', type: 'text', nullable: true },
  seatType: { expression: 'a.seat_type', type: 'text', nullable: true },
  creditLimit: { expression: 'a.credit_limit', type: 'integer', nullable: true },
} as const;

function filterSql(filter: AccessReviewFilter, values: unknown[]): string[] {
  return Object.entries(FIELDS).flatMap(([name, compared]) => {
    const comparison = filter[name as keyof typeof FIELDS];
    return comparison == null ? [] : comparisonSql({ name, ...compared }, comparison, values);
  });
}

/** The most by which a clock may be set back. */
const MARGIN_MS = 60_000;

/**
 * The smallest UUIDv7 of a moment (RFC 9562 §5.7: "48-bit big-endian unsigned number of the Unix Epoch timestamp in
 * milliseconds"). An entry's id is generated after its time, so the index by id can skip older entries.
 */
function firstIdOf(moment: Date): string {
  const hex = Math.max(moment.getTime() - MARGIN_MS, 0)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
