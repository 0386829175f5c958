import { stringify } from 'csv-stringify/sync';
import type { GraphQLSchema } from 'graphql';
import type { WorkspaceVersion } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import { exportMembers } from '../services/members/export.js';
import type { MemberRow } from '../services/rows/members.js';
import { sendFile } from './file.js';
import { readInput, readParameters } from './query.js';
import type { ExportHandler } from './router.js';

/** A column: its name in the first line, and what of a member stands in it. */
interface Column {
  readonly name: string;
  /** Rule 2: "A response never carries the other version's attribute." */
  readonly only?: WorkspaceVersion;
  of(member: MemberRow): string | number | null;
}

const COLUMNS: readonly Column[] = [
  { name: 'memberId', of: ({ id }) => id },
  { name: 'userName', of: ({ userName }) => userName },
  { name: 'displayName', of: ({ attributes }) => text(attributes.displayName) },
  { name: 'externalId', of: ({ externalId }) => externalId },
  { name: 'active', of: ({ active }) => String(active) },
  { name: 'role', of: ({ role }) => role },
  { name: 'seatType', only: 'V1', of: ({ seatType }) => seatType },
  { name: 'creditLimit', only: 'V2', of: ({ creditLimit }) => creditLimit },
  { name: 'accessSetBy', of: ({ accessSetBy }) => accessSetBy },
  { name: 'managedBy', of: ({ managedBy }) => managedBy },
  { name: 'groups', of: ({ groups }) => list(groups.map(({ displayName }) => displayName)) },
  { name: 'membershipStartedAt', of: ({ startedAt }) => startedAt?.toISOString() ?? null },
  { name: 'createdAt', of: ({ createdAt }) => createdAt.toISOString() },
  { name: 'updatedAt', of: ({ updatedAt }) => updatedAt.toISOString() },
];

const PARAMETERS = ['filter', 'bom'] as const;

/**
 * `members.csv`: a line for every member, active or not, in the order of their ids.
 * @param schema whose `MemberFilter` the parameter `filter` is read by
 */
export function membersExport(schema: GraphQLSchema): ExportHandler {
  return async (request, response, context) => {
    const parameters = readParameters(request.url, PARAMETERS);
    const bom = readBom(parameters.get('bom'));
    const filter = parameters.get('filter');
    const { workspace, batches } = await exportMembers(
      context,
      // RFC 9562 §4: UUIDs come in any case, and are given in lower case.
      request.params.workspaceId.toLowerCase(),
      filter === undefined ? {} : readInput(schema, 'MemberFilter', 'filter', filter),
    );
    const day = new Date().toISOString().slice(0, 10);
    await sendFile(request, response, {
      // RFC 4180 §3 gives the media type a charset and says whether the first line has names.
      type: 'text/csv; charset=utf-8; header=present',
      name: fileName(`${workspace.name} members ${day}.csv`),
      content: csvOf(
        COLUMNS.filter(({ only }) => only === undefined || only === workspace.version),
        batches,
        bom,
      ),
    });
  };
}

/** Excel takes a file for the machine's own code page unless it begins with a BOM; programs may not expect one. */
function readBom(value: string | undefined): boolean {
  if (value === undefined || value === 'true') return true;
  if (value === 'false') return false;
  throw new DomainError('INVALID_INPUT', 'bom is true or false.', {
    attribute: 'bom',
    hint: 'Leave it out for spreadsheets, and send bom=false for programs that do not expect a byte order mark.',
  });
}

async function* csvOf(
  columns: readonly Column[],
  batches: AsyncIterable<readonly MemberRow[]>,
  bom: boolean,
): AsyncGenerator<string> {
  let names = [columns.map(({ name }) => name)];
  // The names come with the first members: while nothing has been sent, a fault can still become an answer.
  for await (const members of batches) {
    const lines = members.map((member) => columns.map(({ of }) => of(member)));
    yield csv([...names, ...lines], bom && names.length > 0);
    names = [];
  }
  if (names.length > 0) yield csv(names, bom);
}

/**
 * RFC 4180 §2: lines end in CRLF; fields with quotes, commas or line breaks are quoted, and quotes doubled.
 * What begins with = + - @, a tab or a line break is a formula to a spreadsheet, and names are written by others than
 * those who open the file: an apostrophe before it makes it text.
 */
function csv(lines: readonly (readonly (string | number | null)[])[], bom: boolean): string {
  return stringify([...lines], {
    bom,
    record_delimiter: 'windows',
    // The library quotes for whole line ends only, and some readers end a line at half of one.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
  });
}

/** Without what separates directories, or cannot be in the name of a file somewhere. */
function fileName(wished: string): string {
  return wished.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_');
}

/** Names may hold whatever separates them: in a name, `;` and `\` stand behind a `\`. */
function list(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\;]/g, '\\$&')).join('; ');
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
