import type { Client, CombinedError } from 'urql';
import { isLost, refusalOf } from '../../../app/client.js';
import { translate } from '../../../app/messages.js';
import { lookAlikeText } from '../../members/look-alike.js';
import { InvitationsCreateFromCsvDocument } from '../invitations.generated.js';
import { type CsvFile, type CsvRecord, firstPart, partOf } from './file.js';

/** The result of one row of the file. */
export interface RowVerdict {
  /** The number of the row's line in the file, of which the header is line 1. */
  readonly line: number;
  readonly email: string;
  /** The server's reason for refusing the row; null when it is accepted. */
  readonly refusal: string | null;
  /** What to check before the person is invited; null when there is nothing. */
  readonly warning: string | null;
  /** The link of the invitation, or its token when the server has no page for it; not shown again. */
  readonly link: string | null;
}

export interface CsvResult {
  readonly verdicts: readonly RowVerdict[];
  readonly ignoredColumns: readonly string[];
}

/** The answer about a part of a file, or why there is none. */
export type PartAnswer =
  | (CsvResult & { readonly kind: 'judged' })
  /** Nobody of the part was invited; `isFault` when the file itself is at fault. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFault: boolean }
  /** The answer was lost: the people of the part may be invited or not. */
  | { readonly kind: 'lost' };

interface Part {
  readonly workspaceId: string;
  readonly header: string;
  readonly records: readonly CsvRecord[];
  readonly dryRun: boolean;
  /** Whether an answer about these rows was lost: then who is invited already was invited by the lost request. */
  readonly isAgain?: boolean;
}

/** Judges the rows of a part of a file, or invites its people. */
export async function sendPart(
  client: Client,
  { workspaceId, header, records, dryRun, isAgain = false }: Part,
): Promise<PartAnswer> {
  const input = { workspaceId, dryRun, csv: partOf(header, records) };
  const { data, error } = await client.mutation(InvitationsCreateFromCsvDocument, { input }).toPromise();
  const answer = data?.invitationsCreateFromCsv;
  if (answer == null) return withoutAnswer(error);
  const results = new Map(answer.results.map((result) => [result.row, result]));
  const verdicts = records.map(({ line, text }): RowVerdict => {
    const result = results.get(line);
    const wasInvited = isAgain && result?.refusal?.code === 'ALREADY_INVITED';
    return {
      line,
      email: result?.email || text,
      refusal: result?.refusal == null || wasInvited ? null : sentence(result.refusal),
      warning:
        result?.lookAlike == null
          ? null
          : translate('csv.lookAlike', { warning: lookAlikeText(result.lookAlike, translate) }),
      link: result?.url ?? result?.token ?? null,
    };
  });
  return { kind: 'judged', verdicts, ignoredColumns: answer.ignoredColumns };
}

function withoutAnswer(error: CombinedError | undefined): PartAnswer {
  const refusal = refusalOf(error);
  return refusal === undefined || isLost(refusal)
    ? { kind: 'lost' }
    : { kind: 'refused', reason: sentence(refusal), isFault: refusal.code === 'INVALID_INPUT' };
}

/** Message and hint as two sentences; a message that ends with what was sent has no full stop. */
function sentence({ message, hint }: { readonly message: string; readonly hint: string | null }): string {
  if (hint === null) return message;
  return message.endsWith('.') ? `${message} ${hint}` : `${message}. ${hint}`;
}

/** The file must be repaired, and chosen again. */
export class FileFault extends Error {}

/** Rows that are judged in one request: few, so that progress shows. */
const JUDGED_AT_ONCE = 1000;

/**
 * Judges every row of a file; nobody is invited.
 * @throws FileFault in the server's words, for a file that it refuses as a whole; Error when it could be checked again
 */
export async function judge(
  client: Client,
  workspaceId: string,
  { header, records }: CsvFile,
  report: (done: number) => void,
): Promise<CsvResult> {
  const verdicts: RowVerdict[] = [];
  let ignoredColumns: readonly string[] = [];
  while (verdicts.length < records.length) {
    const part = firstPart(records.slice(verdicts.length), JUDGED_AT_ONCE);
    const answer = await sendPart(client, { workspaceId, header, records: part, dryRun: true });
    if (answer.kind === 'lost') throw new Error(translate('csv.offline'));
    if (answer.kind === 'refused') {
      throw answer.isFault ? new FileFault(answer.reason) : new Error(answer.reason);
    }
    verdicts.push(...answer.verdicts);
    ignoredColumns = answer.ignoredColumns;
    report(verdicts.length);
  }
  return { verdicts: withoutRepetitions(verdicts), ignoredColumns };
}

/** Refuses addresses that an earlier row has. The server sees only those of its own part. */
function withoutRepetitions(verdicts: readonly RowVerdict[]): RowVerdict[] {
  const lines = new Map<string, number>();
  return verdicts.map((verdict) => {
    if (verdict.refusal !== null) return verdict;
    const key = verdict.email.toLowerCase();
    const first = lines.get(key);
    if (first !== undefined) {
      return {
        ...verdict,
        refusal: translate('csv.repeated', { email: verdict.email, line: String(first) }),
      };
    }
    lines.set(key, verdict.line);
    return verdict;
  });
}
