import type { Transaction } from '../../database/database.js';
import { faultOf, readAddress } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { parseChangeRequest } from '../../domain/provisioning.js';
import { isVisible } from '../../domain/text.js';
import { authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import { validatedAccess } from './commands.js';
import { type CsvRow, readCsv } from './csv.js';
import {
  alreadyInvited,
  type InvitedAccess,
  insertInvitations,
  invitingRefused,
  type MintedInvitation,
  readInvitees,
} from './write.js';

/** The result of one line of the file: an invitation or an error; neither for a valid line in a dry run. */
export interface ImportedRow {
  /** The number of the line in the file, the header being line 1. */
  readonly row: number;
  /** The address in the file; empty when the row has none. */
  readonly email: string;
  readonly minted: MintedInvitation | null;
  readonly error: DomainError | null;
}

export interface Import {
  readonly rows: readonly ImportedRow[];
  readonly ignoredColumns: readonly string[];
}

/** A row that has been validated. */
type ValidatedRow = Pick<ImportedRow, 'row' | 'email'> &
  ({ readonly access: InvitedAccess } | { readonly error: DomainError });

/**
 * Invites everybody in a file (rule 22: "CSV: email required, role or seat optional, each row judged on its own"). Every row
 * is validated on its own; the valid ones are written in one transaction.
 * @param dryRun validates, and writes nothing
 * @throws DomainError as `authorize` does; INVALID_INPUT for a file that cannot be read as a whole; RATE_LIMITED
 */
export async function createFromCsv(
  context: ServiceContext,
  input: { readonly workspaceId: string; readonly csv: string; readonly dryRun: boolean },
): Promise<Import> {
  await authorize(context, 'invitation.manage', input.workspaceId);
  const { rows, ignoredColumns } = readCsv(input.csv);
  if (!input.dryRun) await context.rateLimits.takeMany('invitationsOf', input.workspaceId, rows.length);
  const imported = await runCommand(context, 'invitation.manage', input.workspaceId, async (tx, now) => {
    const validated = await refuseInvitees(tx, now, validateRows(context, now, rows));
    return input.dryRun ? validated.map(withoutInvitation) : write(context, tx, now, validated);
  });
  return { rows: imported, ignoredColumns };
}

function validateRows(context: ServiceContext, now: Grant, rows: readonly CsvRow[]): ValidatedRow[] {
  const places = new Map<string, number>();
  return rows.map(({ row, cells, fault }) => {
    const { email } = cells;
    try {
      if (fault !== undefined) throw fault;
      requireAddress(email);
      const canonical = canonicalUserName(email);
      const first = places.get(canonical);
      if (first !== undefined) throw repeated(email, first);
      places.set(canonical, row);
      return { row, email, access: accessIn(context, now, cells) };
    } catch (error) {
      if (error instanceof DomainError) return { row, email, error };
      throw error;
    }
  });
}

/** @throws DomainError INVALID_INPUT, with a hint for the person who saved the file */
function requireAddress(email: string): void {
  try {
    readAddress(email, 'email');
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (!isVisible(email)) {
      throw new DomainError(error.code, error.message, {
        attribute: 'email',
        hint: 'Save the file as UTF-8 (in Excel: "CSV UTF-8"). If the character is there then too, take it out.',
      });
    }
    const message = email === '' ? 'email is empty.' : `email is not an e-mail address: ${email}`;
    throw new DomainError(error.code, faultOf(email, 'email') ?? message, {
      attribute: 'email',
      hint: 'Every row needs an address, such as ann@example.com.',
    });
  }
}

function repeated(email: string, row: number): DomainError {
  return new DomainError('INVALID_INPUT', `${email} is in the file already, on line ${row}.`, {
    attribute: 'email',
    hint: 'Take one of the two lines out.',
  });
}

/**
 * Both workspace versions have the same columns, so that one template serves both: an empty cell is ignored, and a
 * value in the other version's column is refused (rule 1).
 */
function accessIn(
  context: ServiceContext,
  now: Grant,
  { email, role, seat }: CsvRow['cells'],
): InvitedAccess {
  const { version } = now.workspace;
  const [own, other] = version === 'V1' ? (['seat', 'role'] as const) : (['role', 'seat'] as const);
  const cells = { role, seat };
  if (cells[other] !== '') {
    throw new DomainError(
      'WRONG_WORKSPACE_VERSION',
      `${other} does not exist on a ${version} workspace, and ${other} is "${cells[other]}" here.`,
      { attribute: other, hint: `Leave ${other} empty, and put what to give into the column ${own}.` },
    );
  }
  const access = cells[own] === '' ? {} : version === 'V1' ? { seatType: seat } : { role };
  try {
    return validatedAccess(
      context,
      now,
      parseChangeRequest(version, 'CREATE', { userName: email, ...access }),
    );
  } catch (error) {
    throw inColumnNames(error);
  }
}

/** The rules call the column `seatType`; the file calls it `seat`. */
function inColumnNames(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.details.attribute !== 'seatType') return error;
  const { code, message, details } = error;
  return new DomainError(code, message.replace('seatType', 'seat'), { ...details, attribute: 'seat' });
}

/** Refuses the rows of people who are members or invited already, with one statement for all rows. */
async function refuseInvitees(
  tx: Transaction,
  { workspace }: Grant,
  validated: readonly ValidatedRow[],
): Promise<ValidatedRow[]> {
  const open = validated.filter((row) => 'access' in row);
  const invitees = await readInvitees(
    tx,
    workspace.id,
    open.map(({ email }) => email),
  );
  const refusals = new Map(
    open.map(({ row, email }, index) => {
      const invitee = invitees[index];
      return [row, invitee && invitingRefused(email, invitee)];
    }),
  );
  return validated.map(({ row, email, ...outcome }) => {
    const error = refusals.get(row);
    return error === undefined ? { row, email, ...outcome } : { row, email, error };
  });
}

function withoutInvitation(validated: ValidatedRow): ImportedRow {
  const { row, email } = validated;
  return { row, email, minted: null, error: 'error' in validated ? validated.error : null };
}

async function write(
  context: ServiceContext,
  tx: Transaction,
  { workspace }: Grant,
  validated: readonly ValidatedRow[],
): Promise<ImportedRow[]> {
  const open = validated.filter((row) => 'access' in row);
  const written = await insertInvitations(
    context,
    tx,
    workspace,
    open.map(({ email, access }) => ({ email, access, maxUses: 1 })),
  );
  const minted = new Map(open.map(({ row }, index) => [row, written[index]]));
  return validated.map((one) => {
    if ('error' in one) return withoutInvitation(one);
    const { row, email } = one;
    const invitation = minted.get(row) ?? null;
    // Another transaction has invited the person in the meantime.
    return { row, email, minted: invitation, error: invitation === null ? alreadyInvited(email) : null };
  });
}
