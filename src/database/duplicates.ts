import { DUPLICATE } from '../domain/canonical.js';
import type { Sql } from './database.js';

interface Duplicate {
  readonly kind: 'member' | 'group';
  readonly id: string;
  readonly workspaceId: string;
  readonly spelling: string;
  /** The one that has the canonical form. */
  readonly keeperId: string | null;
  readonly keeperSpelling: string | null;
}

/** The canonical form that a marked row would have had stands behind its mark and its id. */
const CANONICAL_FROM = DUPLICATE.length + '00000000-0000-0000-0000-000000000000'.length + 2;

const LIST = `
  select 'member' as kind, d.id, d.workspace_id as "workspaceId", d.user_name as spelling, k.id as "keeperId",
    k.user_name as "keeperSpelling"
  from member d left join member k
    on k.workspace_id = d.workspace_id and k.canonical_user_name = substr(d.canonical_user_name, $2)
  where d.canonical_user_name like $1
  union all
  select 'member', m.id, m.workspace_id, a.email, o.id, o.user_name
  from account a join member m on m.account_id = a.id join account k on k.canonical_email = substr(a.canonical_email, $2)
    left join member o on o.account_id = k.id and o.workspace_id = m.workspace_id
  where a.canonical_email like $1 and m.canonical_user_name not like $1
  union all
  select 'group', d.id, d.workspace_id, d.display_name, k.id, k.display_name
  from member_group d left join member_group k
    on k.workspace_id = d.workspace_id and k.canonical_display_name = substr(d.canonical_display_name, $2)
  where d.canonical_display_name like $1
  order by 3, 1, 2`;

/**
 * What the migration to canonical names has found twice (rule 15a), as sentences for an operator. Scans whole tables: for
 * the moment after a migration, and for whoever asks.
 */
export async function duplicateReports(sql: Sql): Promise<string[]> {
  const duplicates = await sql.rows<Duplicate>(LIST, [`${DUPLICATE}%`, CANONICAL_FROM]);
  return duplicates.map(sentence);
}

function sentence({ kind, id, workspaceId, spelling, keeperId, keeperSpelling }: Duplicate): string {
  const [name, attribute] =
    kind === 'member' ? ['Member', 'userName or e-mail address'] : ['Group', 'displayName'];
  const keeper = keeperId === null ? 'another' : `${keeperId} (${JSON.stringify(keeperSpelling)})`;
  return (
    `${name} ${id} (${JSON.stringify(spelling)}) of workspace ${workspaceId} has the same name as ${keeper}, in another ` +
    `spelling. Only the latter is found by it; the former is found by its id. Delete one of the two, or change the ${attribute} of one.`
  );
}
