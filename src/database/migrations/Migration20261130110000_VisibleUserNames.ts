import { makeVisibleUserName } from '../index-functions.js';
import { exists, StepwiseMigration } from '../stepwise-migration.js';

/** Decodes what follows `xn--` in a label of a domain (RFC 3492 §6.2). A label that is not Punycode remains as it is. */
const PUNYCODE_DECODED = `create function punycode_decoded(label text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  delimiter integer := length(label) - strpos(reverse(label), '-') + 1;
  decoded text := '';
  input text := substr(label, 5);
  code bigint := 128;
  place bigint := 0;
  bias integer := 72;
  before bigint;
  weight bigint;
  digit integer;
  threshold integer;
  delta bigint;
begin
  if delimiter > 4 then
    decoded := substr(label, 5, delimiter - 5);
    input := substr(label, delimiter + 1);
  end if;
  while input <> '' loop
    before := place;
    weight := 1;
    for k in 36..36 * 20 by 36 loop
      digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', left(input, 1)) - 1;
      if input = '' or digit < 0 then return label; end if;
      input := substr(input, 2);
      place := place + digit * weight;
      threshold := least(greatest(k - bias, 1), 26);
      exit when digit < threshold;
      weight := weight * (36 - threshold);
      if place > 2147483647 or weight > 2147483647 then return label; end if;
    end loop;
    delta := (place - before) / case when before = 0 then 700 else 2 end;
    delta := delta + delta / (length(decoded) + 1);
    bias := 0;
    while delta > 455 loop
      delta := delta / 35;
      bias := bias + 36;
    end loop;
    bias := bias + 36 * delta / (delta + 38);
    code := code + place / (length(decoded) + 1);
    if code > 1114111 or code between 55296 and 57343 then return label; end if;
    place := place % (length(decoded) + 1);
    decoded := left(decoded, place::integer) || chr(code::integer) || substr(decoded, place::integer + 1);
    place := place + 1;
  end loop;
  return coalesce(nullif(decoded, ''), label);
end $$`;

/** Look-alikes are compared as people see them, whichever of the two was added first. */
export class Migration20261130110000_VisibleUserNames extends StepwiseMigration {
  override name = 'Migration20261130110000_VisibleUserNames';

  override async up(): Promise<void> {
    await this.step(`to_regprocedure('visible_user_name(text)') is not null`, async (sql) => {
      await sql(PUNYCODE_DECODED);
      await makeVisibleUserName(sql);
    });
    const isReplaced = `pg_get_indexdef('member_look_alike'::regclass) like '%visible_user_name%'`;
    await this.step(`${exists('member_look_alike_visible')} or ${isReplaced}`, async (sql) => {
      await sql(
        `create index "member_look_alike_visible" on "member" ("workspace_id", (look_alike(visible_user_name("canonical_user_name"))))`,
      );
    });
    await this.briefly(
      isReplaced,
      `drop index "member_look_alike"`,
      `alter index "member_look_alike_visible" rename to "member_look_alike"`,
    );
  }

  override async down(): Promise<void> {
    await this.briefly(
      `to_regprocedure('visible_user_name(text)') is null`,
      `drop index "member_look_alike"`,
      `create index "member_look_alike" on "member" ("workspace_id", (look_alike("canonical_user_name")))`,
      `drop function visible_user_name(text)`,
      `drop function punycode_decoded(text)`,
    );
  }
}
