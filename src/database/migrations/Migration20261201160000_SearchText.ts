import { hasColumn, hasConstraint, StepwiseMigration } from '../stepwise-migration.js';

const BATCH = 5000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Fills `member.search_text`. A text that another one contains is left out: most people have their name in several
 * attributes. The folding is that of `text_folded`; the texts of most people are ASCII, which is folded faster.
 */
const FILL_SEARCH_TEXT = `create or replace function fill_search_text() returns trigger language plpgsql as $$
declare
  texts text[];
  part text;
  combined text := '';
begin
  if tg_op = 'UPDATE' and new.search_text is not null and new.profile = old.profile
    and new.external_id is not distinct from old.external_id then
    return new;
  end if;
  texts := array[
    new.profile->>'displayName',
    new.profile->'name'->>'formatted',
    concat_ws(' ', new.profile->'name'->>'givenName', new.profile->'name'->>'middleName', new.profile->'name'->>'familyName'),
    new.profile->>'nickName',
    new.external_id];
  for place in 0 .. coalesce(jsonb_array_length(new.profile->'emails'), 0) - 1 loop
    texts := texts || (new.profile->'emails'->place->>'value');
  end loop;
  foreach part in array texts loop
    if octet_length(part) > length(part) then
      part := normalize(part, NFC);
    end if;
    if strpos(combined, part) = 0 then
      combined := combined || part || E'\\n';
    end if;
  end loop;
  if octet_length(combined) = length(combined) then
    new.search_text := lower(combined collate "C");
  else
    new.search_text := lower(combined collate "pg_c_utf8");
  end if;
  return new;
end $$`;

/** The search of members compares one text of each, which a trigger keeps, instead of reading eight from its profile. */
export class Migration20261201160000_SearchText extends StepwiseMigration {
  override name = 'Migration20261201160000_SearchText';

  override async up(): Promise<void> {
    await this.briefly(
      hasColumn('member', 'search_text'),
      FILL_SEARCH_TEXT,
      `alter table "member" add "search_text" text collate "C" null`,
      `create trigger "member_search_text" before insert or update of profile, external_id on "member" for each row execute function fill_search_text()`,
    );
    const isFinal = `(select attnotnull from pg_attribute where attrelid = 'member'::regclass and attname = 'search_text')`;
    await this.#fill(isFinal);
    await this.briefly(
      `${isFinal} or ${hasConstraint('member_search_text')}`,
      `alter table "member" add constraint "member_search_text" check ("search_text" is not null) not valid`,
    );
    await this.step(isFinal, async (sql) => {
      await sql(`alter table "member" validate constraint "member_search_text"`);
    });
    // A column that a valid constraint says is not null is not read again.
    await this.briefly(
      isFinal,
      `alter table "member" alter column "search_text" set not null`,
      `alter table "member" drop constraint "member_search_text"`,
    );
  }

  override async down(): Promise<void> {
    await this.briefly(
      `not ${hasColumn('member', 'search_text')}`,
      `drop trigger "member_search_text" on "member"`,
      `drop function fill_search_text()`,
      `alter table "member" drop column "search_text"`,
    );
  }

  /** Has the trigger fill the rows that were there before it, in transactions for which writers do not wait long. */
  async #fill(isFinal: string): Promise<void> {
    for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
      const from: string = after;
      after = undefined;
      await this.step(isFinal, async (sql) => {
        const [filled] = await sql<{ last: string | null }>(
          `with batch as (
             select id from member where search_text is null and id > $1 order by id limit ${BATCH} for no key update),
           filled as (update member m set profile = m.profile from batch b where m.id = b.id returning m.id)
           select max(id::text) as last from filled`,
          [from],
        );
        after = filled?.last ?? undefined;
      });
    }
  }
}
