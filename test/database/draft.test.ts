import { expect, test } from 'vitest';
import { reverting } from '../../src/database/draft.js';

/** `npm run migration` drafts a `down()` that reverts `up()` alone. */

test('what concerns other tables and functions is left out', () => {
  const up = [
    'alter table "member" add "notes" text null',
    'create index "member_notes" on "member" ("notes")',
    '',
  ];
  const own = ['drop index "member_notes"', 'alter table "member" drop column "notes"'];
  const others = [
    '-- WARNING: changing partitioning rebuilds the table',
    'create schema if not exists "mikro_orm_partition_swap"',
    'alter table "scim_request" set schema "mikro_orm_partition_swap"',
    'create or replace function "text_folded"("value" text) returns text language sql as $$ $$',
    '',
  ];
  expect(reverting({ up, down: [...others, ...own] })).toEqual(own);
});
