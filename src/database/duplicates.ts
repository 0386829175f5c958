import { DUPLICATE } from '../domain/canonical.js';
import { integer, nullable, oneOf, text, uuid } from './column-types.js';
import type { Sql } from './database.js';
import { statement } from './statement.js';

/** The position of the canonical form in the text of a marked row, after the mark and the row's id. */
const CANONICAL_FROM = DUPLICATE.length + '00000000-0000-0000-0000-000000000000'.length + 2;

const KINDS = ['member', 'group', 'externalId'] as const;

const LIST = statement({
  name: 'duplicates.list',
  text: `
    select 'member' as kind, d.id, d.workspace_id as "workspaceId", d.user_name as spelling, k.id as "keeperId",
      k.user_name as "keeperSpelling"
    from member d left join member k
      on k.workspace_id = d.workspace_id and k.canonical_user_name = substr(d.canonical_user_name, $start)
    where d.canonical_user_name like $mark
    union all
    select 'member', m.id, m.workspace_id, a.email, o.id, o.user_name
    from account a join member m on m.account_id = a.id join account k on k.canonical_email = substr(a.canonical_email, $start)
      left join member o on o.account_id = k.id and o.workspace_id = m.workspace_id
    where a.canonical_email like $mark and m.canonical_user_name not like $mark
    union all
    select 'group', d.id, d.workspace_id, d.display_name, k.id, k.display_name
    from member_group d left join member_group k
      on k.workspace_id = d.workspace_id and k.canonical_display_name = substr(d.canonical_display_name, $start)
    where d.canonical_display_name like $mark
    union all
    select 'externalId', d.id, d.workspace_id, d.external_id, k.id, k.user_name
    from member d left join member k
      on k.workspace_id = d.workspace_id and k.external_id = d.external_id and k.external_id_rank = 0
    where d.external_id_rank > 0
      and exists (select 1 from membership s where s.member_id = d.id and s.ended_at is null)
    order by 3, 1, 2`,
  parameters: { mark: text, start: integer },
  columns: {
    kind: oneOf(KINDS),
    id: uuid,
    workspaceId: uuid,
    spelling: text,
    // The row that has the canonical form.
    keeperId: nullable(uuid),
    keeperSpelling: nullable(text),
  },
});

type Duplicate = Awaited<ReturnType<typeof LIST.rows>>[number];

/**
 * Reports the rows that migrations found to be duplicates, by canonical name (rule 15a) or by externalId, as sentences
 * for an operator. It scans whole tables, so call it only after a migration, or when an operator asks.
 */
export async function duplicateReports(sql: Sql): Promise<string[]> {
  const duplicates = await LIST.rows(sql, { mark: `${DUPLICATE}%`, start: CANONICAL_FROM });
  return duplicates.map(sentence);
}

function sentence({ kind, id, workspaceId, spelling, keeperId, keeperSpelling }: Duplicate): string {
  const keeper = keeperId === null ? 'another' : `${keeperId} (${JSON.stringify(keeperSpelling)})`;
  if (kind === 'externalId') {
    return (
      `Member ${id} of workspace ${workspaceId} has the same externalId (${JSON.stringify(spelling)}) as ${keeper}. ` +
      'Delete one of the two, or change the externalId of one.'
    );
  }
  const [name, attribute] =
    kind === 'member' ? ['Member', 'userName or e-mail address'] : ['Group', 'displayName'];
  return (
    `${name} ${id} (${JSON.stringify(spelling)}) of workspace ${workspaceId} has the same name as ${keeper}, in another ` +
    `spelling. Only the latter is found by it; the former is found by its id. Delete one of the two, or change the ${attribute} of one.`
  );
}
