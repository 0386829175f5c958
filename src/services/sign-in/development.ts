import { arrayOf, jsonb, nullable, oneOf, text, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { ROLES, type Role, SEAT_TYPES, type SeatType } from '../../domain/access.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { type NamedProfile, personName } from '../../domain/person-name.js';
import type { ServiceContext } from '../context/service-context.js';
import { type MintedSession, openSession } from '../sessions/open.js';
import type { Browser } from './mail-links.js';

/** A member of a seeded workspace, whom a click signs in. */
export interface SeededPerson {
  readonly email: string;
  readonly name: string;
  readonly workspaceName: string;
  readonly role: Role;
  readonly seatType: SeatType | null;
}

/** The active members of the workspaces that development has seeded. Call it in development only. */
export async function seededPeople(
  context: ServiceContext,
  workspaceIds: readonly string[],
): Promise<SeededPerson[]> {
  const people = await PEOPLE.rows(context.database, { workspaceIds: [...workspaceIds] });
  return people.map(({ profile, ...person }) => ({ ...person, name: personName(profile, person.email) }));
}

/**
 * Signs in one of the people that `seededPeople` lists, without any proof.
 * @throws DomainError FORBIDDEN for anybody else
 */
export async function signInSeeded(
  context: ServiceContext,
  {
    email,
    workspaceIds,
    browser,
  }: { readonly email: string; readonly workspaceIds: readonly string[]; readonly browser: Browser },
): Promise<MintedSession> {
  return context.database.transaction(async (tx) => {
    const account = await SEEDED.row(tx, {
      canonicalEmail: canonicalUserName(email),
      workspaceIds: [...workspaceIds],
    });
    if (account === undefined)
      throw new DomainError('FORBIDDEN', 'Only people of the seeded workspaces sign in with a click.');
    return openSession(context, tx, {
      accountId: account.id,
      email: account.email,
      method: 'DEVELOPMENT',
      workspaceId: null,
      provider: null,
      ...browser,
    });
  });
}

const PEOPLE = statement({
  name: 'development.people',
  text: `
    select a.email, m.profile, w.name as "workspaceName", s.role, s.seat_type as "seatType"
    from unnest($workspaceIds::uuid[]) with ordinality seeded(id, place)
    join workspace w on w.id = seeded.id
    join member m on m.workspace_id = w.id
    join membership s on s.member_id = m.id and s.ended_at is null
    join account a on a.id = m.account_id
    order by seeded.place, m.id limit 50`,
  parameters: { workspaceIds: arrayOf(uuid) },
  columns: {
    email: text,
    profile: jsonb<NamedProfile>(),
    workspaceName: text,
    role: oneOf(ROLES),
    seatType: nullable(oneOf(SEAT_TYPES)),
  },
});

const SEEDED = statement({
  name: 'development.person',
  text: `
    select a.id, a.email from account a
    where a.canonical_email = $canonicalEmail and exists (
      select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
      where m.account_id = a.id and m.workspace_id = any($workspaceIds::uuid[]))`,
  parameters: { canonicalEmail: text, workspaceIds: arrayOf(uuid) },
  columns: { id: uuid, email: text },
});
