import type { StepSql } from './stepwise-migration.js';

/**
 * Functions that indexes use. PostgreSQL analyzes tables, and makes indexes, with a search path in which functions find no
 * others of ours by name alone.
 */

/** Folds a profile as `text_folded` does, without calling it. Most profiles are ASCII, which is folded faster. */
export const PROFILE_FOLDED = `create or replace function profile_folded(profile jsonb) returns jsonb
language plpgsql immutable strict parallel safe as $$
declare
  value text := profile::text;
begin
  if octet_length(value) = length(value) then
    return lower(value collate "C")::jsonb;
  end if;
  return lower(normalize(value, NFC) collate "pg_c_utf8")::jsonb;
end $$`;

/**
 * A canonical userName as people see it: with the domain in Unicode.
 * @param schema that of `punycode_decoded`, as SQL writes it
 */
const visibleUserName = (
  schema: string,
) => `create or replace function visible_user_name(canonical text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  at integer := strpos(canonical, '@');
begin
  if at = 0 or strpos(canonical, 'xn--') = 0 then return canonical; end if;
  return left(canonical, at) || (
    select string_agg(case when label like 'xn--%' then ${schema}.punycode_decoded(label) else label end, '.' order by place)
    from unnest(string_to_array(substr(canonical, at + 1), '.')) with ordinality d(label, place));
end $$`;

/** Makes the function `visible_user_name`. */
export async function makeVisibleUserName(sql: StepSql): Promise<void> {
  const [{ schema } = { schema: 'public' }] = await sql<{ schema: string }>(
    'select quote_ident(current_schema()) as schema',
  );
  await sql(visibleUserName(schema));
}
