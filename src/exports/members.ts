import { stringify } from 'csv-stringify/sync';
import type { GraphQLSchema } from 'graphql';
import type { WorkspaceVersion } from '../domain/access.js';
import { withoutFormulas } from '../domain/csv.js';
import { DomainError } from '../domain/errors.js';
import { exportMembers } from '../services/members/export.js';
import type { MemberRow } from '../services/rows/members.js';
import { sendFile } from './file.js';
import { readInput, readParameters } from './query.js';
import type { ExportHandler } from './router.js';

/** A column: its name, and its value for a member. */
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
 * `members.csv`: a line for each member, active or not, in the order of their ids.
 * @param schema the schema whose `MemberFilter` defines the parameter `filter`
 */
export function membersExport(schema: GraphQLSchema): ExportHandler {
  return async (request, response, context) => {
    const parameters = readParameters(request.url, PARAMETERS);
    const bom = readBom(parameters.get('bom'));
    const filter = parameters.get('filter');
    const { workspace, batches } = await exportMembers(
      context,
      // RFC 9562 §4: UUIDs are read in any case and written in lower case.
      request.params.workspaceId.toLowerCase(),
      filter === undefined ? {} : readInput(schema, 'MemberFilter', 'filter', filter),
    );
    const day = new Date().toISOString().slice(0, 10);
    await sendFile(request, response, {
      // RFC 4180 §3 defines the parameters charset and header.
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

/** Excel reads a file without a BOM in the local code page; other programs may not expect one. */
function readBom(value: string | undefined): boolean {
  if (value === undefined || value === 'true') return true;
  if (value === 'false') return false;
  throw new DomainError('INVALID_INPUT', 'bom must be true or false.', {
    attribute: 'bom',
    hint: 'Leave it out for spreadsheets. Send bom=false for programs that do not expect a byte order mark.',
  });
}

async function* csvOf(
  columns: readonly Column[],
  batches: AsyncIterable<readonly MemberRow[]>,
  bom: boolean,
): AsyncGenerator<string> {
  let names = [columns.map(({ name }) => name)];
  // The names are sent with the first members, so that an earlier error can still become an error response.
  for await (const members of batches) {
    const lines = members.map((member) => columns.map(({ of }) => of(member)));
    yield csv([...names, ...lines], bom && names.length > 0);
    names = [];
  }
  if (names.length > 0) yield csv(names, bom);
}

/**
 * RFC 4180 §2: lines end in CRLF; fields with quotes, commas or line breaks are quoted, and quotes doubled.
 */
function csv(lines: readonly (readonly (string | number | null)[])[], bom: boolean): string {
  const cells = lines.map((line) =>
    line.map((cell) => (typeof cell === 'string' ? withoutFormulas(cell) : cell)),
  );
  return stringify(cells, {
    bom,
    record_delimiter: 'windows',
    // The library quotes cells with CRLF only, but some programs end a line at CR or LF alone.
    quoted_match: /[\r\n]/,
  });
}

/** Replaces path separators, and characters that some file systems refuse. */
function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_');
}

/** Joins names with `;`. In a name, `;` and `\` are escaped with `\`. */
function list(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\;]/g, '\\$&')).join('; ');
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
