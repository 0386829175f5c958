import type pg from 'pg';

/** A member with its open membership, as all statements of the floor return it. */
export interface Row {
  readonly id: string;
  readonly external_id: string | null;
  readonly user_name: string;
  readonly profile: Profile;
  readonly managed_by: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Null for an inactive member. */
  readonly role: string | null;
  readonly credit_limit: number | null;
}

/** The attributes of a person that Okta sends. */
export interface Profile {
  readonly name: { readonly familyName: string; readonly givenName: string };
  readonly displayName: string;
  readonly locale: string;
  readonly emails: readonly { readonly value: string; readonly type: string; readonly primary: boolean }[];
}

export const COLUMNS =
  'm.id, m.external_id, m.user_name, m.profile, m.managed_by, m.version, m.created_at, m.updated_at, s.role, s.credit_limit';
export const OPEN_STAY = 'left join membership s on s.member_id = m.id and s.ended_at is null';
/** The same for the rows of a page: one by one through the index, where PostgreSQL would rather read the whole table. */
export const OPEN_STAYS = `
  left join lateral (select * from membership where member_id = m.id and ended_at is null limit 1) s on true`;

export const MEMBER_BY_ID = `select ${COLUMNS} from member m ${OPEN_STAY} where m.workspace_id = $1 and m.id = $2`;

/** Kept by the tables' own triggers: nobody has to count. */
export const COUNT =
  'select coalesce(sum(members), 0)::integer as total from member_tally where workspace_id = $1';

/** The rows of a statement that is prepared under that name. */
export type Ask = <Result>(name: string, text: string, values: readonly unknown[]) => Promise<Result[]>;

export function askOn(pool: pg.Pool): Ask {
  return async (name, text, values) => (await pool.query({ name, text, values: [...values] })).rows;
}

/** @throws Error when there is none: the bench asks for nothing that is not there */
export function only<Result>([row]: readonly Result[]): Result {
  if (row === undefined) throw new Error('nothing was found, or written');
  return row;
}
