import { expect, test } from 'vitest';
import { MAX_CREDIT_LIMIT } from '../../src/domain/access.js';
import { INVITATION_DAYS } from '../../src/domain/invitation.js';
import { DEFAULT_IDLE_HOURS, DEFAULT_MAX_DAYS } from '../../src/domain/session.js';
import { MOST_ALIASES, MOST_COST, MOST_DEPTH } from '../../src/graphql/serving/limits.js';
import { MAX_BULK_OPERATIONS } from '../../src/scim/bulk/operations.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE as MAX_SCIM_PAGE_SIZE } from '../../src/scim/http/query.js';
import { MOST_KEYS } from '../../src/services/api-keys.js';
import { MAX_PAGE_SIZE } from '../../src/services/lists/page.js';
import { MOST_MEMBERS } from '../../src/services/members/bulk.js';
import { page } from './pages.js';

/** Figures in the documentation against the constants in the code. */

const inEnglish = (figure: number) => figure.toLocaleString('en-US');
const session = `after ${DEFAULT_IDLE_HOURS} hours without use, and after ${DEFAULT_MAX_DAYS} days in any case`;

test.each([
  ['docs/administrators/members.md', `a whole number from 1 to ${MAX_CREDIT_LIMIT}`],
  ['docs/administrators/api-keys.md', `A workspace has at most ${MOST_KEYS} keys.`],
  ['docs/administrators/other-providers.md', `POST: up to ${inEnglish(MAX_BULK_OPERATIONS)} operations`],
  [
    'docs/administrators/other-providers.md',
    `The default page size is ${DEFAULT_PAGE_SIZE}, the maximum is ${MAX_SCIM_PAGE_SIZE}.`,
  ],
  ['docs/developers/glossary.md', `valid for ${INVITATION_DAYS} days`],
  ['docs/developers/graphql.md', `at most ${MAX_PAGE_SIZE}.`],
  ['docs/developers/graphql.md', `up to ${MOST_MEMBERS} members`],
  [
    'docs/developers/graphql.md',
    `costs more than ${inEnglish(MOST_COST)}, is more than ${MOST_DEPTH} levels deep or has more than ${MOST_ALIASES} aliases`,
  ],
  ['docs/developers/graphql.md', session],
  ['docs/operators/commands.md', session],
])('%s has this figure: %s', (path, sentence) => {
  expect(page(path).text.replace(/\s+/g, ' ')).toContain(sentence);
});
