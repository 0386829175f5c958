import type { Transaction } from '../../database/database.js';
import { faultOf, readAddress } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { readProvisioning } from '../../domain/provisioning.js';
import { isVisible } from '../../domain/text.js';
import { authorize, type Grant } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type CsvRow, readCsv } from './csv.js';
import { judgedAccess, managing } from './invitations.js';
import {
  alreadyInvited,
  type InvitedAccess,
  insertInvitations,
  invitingRefused,
  type MintedInvitation,
  standingsOf,
} from './write.js';

/** What became of one line of the file: an invitation, or a refusal; neither in a dry run of one that is right. */
export interface ImportedRow {
  /** The number of the line in the file, the header being line 1. */
  readonly row: number;
  /** As it stands in the file; empty where it has none. */
  readonly email: string;
  readonly minted: MintedInvitation | null;
  readonly error: DomainError | null;
}

export interface Import {
  readonly rows: readonly ImportedRow[];
  readonly ignoredColumns: readonly string[];
}

/** A row that is to become an invitation, unless it is refused. */
type Judged = Pick<ImportedRow, 'row' | 'email'> &
  ({ readonly access: InvitedAccess } | { readonly error: DomainError });

/**
 * Invites everybody in a file (rule 22: "CSV: email required, role or seat optional, each row judged on its own"). A row
 * that is refused costs no other; those that are right are written in one transaction.
 * @param dryRun judges, and writes nothing
 * @throws DomainError as `authorize` does; INVALID_INPUT when the file as a whole cannot be meant
 */
export async function createFromCsv(
  context: ServiceContext,
  input: { readonly workspaceId: string; readonly csv: string; readonly dryRun: boolean },
): Promise<Import> {
  const grant = await authorize(context, 'invitation.manage', input.workspaceId);
  const { rows, ignoredColumns } = readCsv(input.csv);
  const imported = await managing(context, grant, async (tx, now) => {
    const judged = await refuseStanding(tx, now, judgeRows(context, now, rows));
    return input.dryRun ? judged.map(untouched) : write(context, tx, now, judged);
  });
  return { rows: imported, ignoredColumns };
}

function judgeRows(context: ServiceContext, now: Grant, rows: readonly CsvRow[]): Judged[] {
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

/** @throws DomainError INVALID_INPUT, with a hint for the person who has saved the file */
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
 * The columns are the same for both versions, so that one file serves as a template: an empty cell says nothing. What
 * stands in the other version's column is refused (rule 1).
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
  const given = cells[own] === '' ? {} : version === 'V1' ? { seatType: seat } : { role };
  try {
    return judgedAccess(
      context,
      now,
      readProvisioning(version, { mode: 'CREATE', userName: email, ...given }),
    );
  } catch (error) {
    throw inColumnNames(error);
  }
}

/** The rules call it seatType, and the file seat. */
function inColumnNames(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.details.attribute !== 'seatType') return error;
  const { code, message, details } = error;
  return new DomainError(code, message.replace('seatType', 'seat'), { ...details, attribute: 'seat' });
}

/** Refuses who is a member or invited already, with one question about all of them. */
async function refuseStanding(
  tx: Transaction,
  { workspace }: Grant,
  judged: readonly Judged[],
): Promise<Judged[]> {
  const open = judged.filter((row) => 'access' in row);
  const standings = await standingsOf(
    tx,
    workspace.id,
    open.map(({ email }) => email),
  );
  const refusals = new Map(
    open.map(({ row, email }, index) => {
      const standing = standings[index];
      return [row, standing && invitingRefused(email, standing)];
    }),
  );
  return judged.map(({ row, email, ...outcome }) => {
    const error = refusals.get(row);
    return error === undefined ? { row, email, ...outcome } : { row, email, error };
  });
}

function untouched(judged: Judged): ImportedRow {
  const { row, email } = judged;
  return { row, email, minted: null, error: 'error' in judged ? judged.error : null };
}

async function write(
  context: ServiceContext,
  tx: Transaction,
  { workspace }: Grant,
  judged: readonly Judged[],
): Promise<ImportedRow[]> {
  const open = judged.filter((row) => 'access' in row);
  const written = await insertInvitations(
    context,
    tx,
    workspace,
    open.map(({ email, access }) => ({ email, access, maxUses: 1 })),
  );
  const minted = new Map(open.map(({ row }, index) => [row, written[index]]));
  return judged.map((one) => {
    if ('error' in one) return untouched(one);
    const { row, email } = one;
    const invitation = minted.get(row) ?? null;
    // Somebody else has invited them in the same moment.
    return { row, email, minted: invitation, error: invitation === null ? alreadyInvited(email) : null };
  });
}
