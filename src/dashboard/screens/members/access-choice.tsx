import { formatNumber } from '../../app/formats.js';
import { type Translate, useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import type { AccessModel, MemberAccessInput, SeatType } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { type Choice, Select, TextField } from '../../ui/field.js';
import { limitFrom } from './limit.js';
import { SeatChoicesDocument, type SeatChoicesQuery } from './members.generated.js';
import { limitOf, type MemberRow, seatOf } from './person.js';

const NO_SEAT = 'NO_SEAT';
const V2_ROLES = ['ADMIN', 'EDITOR', 'VIEWER'] as const;
const V1_ROLES = ['ADMIN', 'MEMBER'] as const;

/** Access that is being chosen; the limit is text as it is typed. */
export interface AccessDraft {
  readonly role: 'ADMIN' | 'EDITOR' | 'VIEWER' | 'MEMBER';
  readonly seatType: SeatType | typeof NO_SEAT;
  readonly limit: string;
}

/** The initial choice for a member. */
export function draftOf(member: MemberRow | null, model: AccessModel): AccessDraft {
  const access = member?.access ?? null;
  const first = model === 'V1' ? ('MEMBER' as const) : ('EDITOR' as const);
  const role = [...V2_ROLES, ...V1_ROLES].find((known) => known === member?.role) ?? first;
  const limit = limitOf(access);
  return { role, seatType: seatOf(access) ?? NO_SEAT, limit: limit === null ? '' : String(limit) };
}

/** @returns the access as input of mutations; null when the typed limit is not a number */
export function accessInputFrom(draft: AccessDraft, model: AccessModel): MemberAccessInput | null {
  const { role, seatType, limit } = draft;
  if (model === 'V1') {
    const seat = seatType === NO_SEAT ? null : seatType;
    return { seatAccess: { role: role === 'ADMIN' ? 'ADMIN' : 'MEMBER', seatType: seat } };
  }
  const assignable = role === 'MEMBER' ? 'EDITOR' : role;
  if (limit.trim() === '' || assignable === 'VIEWER') return { roleAccess: { role: assignable } };
  const creditLimit = limitFrom(limit);
  return creditLimit === null ? null : { roleAccess: { role: assignable, creditLimit } };
}

interface AccessChoiceProps {
  readonly draft: AccessDraft;
  readonly onChange: (draft: AccessDraft) => void;
  /** The server's message about each field. */
  readonly errors?: { readonly role?: string | undefined; readonly seatType?: string | undefined };
  readonly limitError?: string | undefined;
  /** Whether a credit limit can be chosen with the role. */
  readonly withLimit?: boolean;
}

/** Chooses a role, and in V1 workspaces a seat. */
export function AccessChoice({
  draft,
  onChange,
  errors = {},
  limitError,
  withLimit = false,
}: AccessChoiceProps) {
  const t = useMessages();
  const { id, accessModel } = useWorkspace();
  const roles = (accessModel === 'V1' ? V1_ROLES : V2_ROLES).map((role) => ({
    value: role,
    label: t(`role.${role}`),
    description: t(`role.${role}.hint`),
  }));
  const role = (
    <Select<AccessDraft['role']>
      label={t('access.role')}
      choices={roles}
      value={draft.role}
      onChange={(value) => onChange({ ...draft, role: value })}
      error={errors.role}
    />
  );
  if (accessModel === 'V1') {
    return (
      <>
        {role}
        <SeatSelect
          workspaceId={id}
          value={draft.seatType}
          onChange={(seatType) => onChange({ ...draft, seatType })}
          error={errors.seatType}
        />
      </>
    );
  }
  return (
    <>
      {role}
      {withLimit && draft.role !== 'VIEWER' && (
        <TextField
          label={t('access.limit')}
          description={t('access.limitHint')}
          value={draft.limit}
          onChange={(limit) => onChange({ ...draft, limit })}
          inputMode="numeric"
          error={limitError}
        />
      )}
    </>
  );
}

interface SeatSelectProps {
  readonly workspaceId: string;
  readonly value: AccessDraft['seatType'];
  readonly onChange: (value: AccessDraft['seatType']) => void;
  readonly error?: string | undefined;
}

function SeatSelect({ workspaceId, value, onChange, error }: SeatSelectProps) {
  const t = useMessages();
  const [{ data }] = useQuery({ query: SeatChoicesDocument, variables: { workspaceId } });
  return (
    <Select<AccessDraft['seatType']>
      label={t('access.seat')}
      choices={seatChoices(data, t)}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

function seatChoices(
  data: SeatChoicesQuery | undefined,
  t: Translate,
): readonly Choice<AccessDraft['seatType']>[] {
  const none = { value: NO_SEAT, label: t('access.noSeat') } as const;
  const seats = (data?.workspace?.seats ?? []).map(({ seatType, available, total }) => ({
    value: seatType,
    label: t(`seat.${seatType}`),
    description: t('access.seatsFree', { available: formatNumber(available), total: formatNumber(total) }),
  }));
  return [none, ...seats];
}
