import type { Client } from 'urql';
import { refusalOf } from '../../../app/client.js';
import { translate } from '../../../app/messages.js';
import { InvitationsCreateFromCsvDocument } from '../invitations.generated.js';
import { type CsvFile, MOST_ROWS } from './file.js';

/** The result of one row of the file. */
export interface RowVerdict {
  /** The number of the row in the file, of which the header is row 1. */
  readonly row: number;
  readonly record: string;
  readonly email: string;
  /** The server's reason for refusing the row; null when it is accepted. */
  readonly refusal: string | null;
  /** The link of the invitation, or its token when the server has no page for it; not shown again. */
  readonly link: string | null;
}

export interface CsvResult {
  readonly verdicts: readonly RowVerdict[];
  readonly ignoredColumns: readonly string[];
}

/** The rows of one request: few, so that the progress is visible. */
const INVITED_AT_ONCE = 200;

interface Options {
  readonly dryRun: boolean;
  readonly report: (done: number) => void;
}

/**
 * Checks every row of a file, or invites its people.
 * @throws Error with the server's message in a dry run, when the server refuses the whole file or cannot be reached.
 *   Otherwise the rows of a failed request are refused with that message, and rows of earlier requests remain invited.
 */
export async function sendCsv(
  client: Client,
  workspaceId: string,
  { header, records }: CsvFile,
  { dryRun, report }: Options,
): Promise<CsvResult> {
  const size = dryRun ? MOST_ROWS : INVITED_AT_ONCE;
  const verdicts: RowVerdict[] = [];
  let ignoredColumns: readonly string[] = [];
  for (let start = 0; start < records.length; start += size) {
    const chunk = records.slice(start, start + size);
    const input = { workspaceId, dryRun, csv: [header, ...chunk].join('\n') };
    const { data, error } = await client.mutation(InvitationsCreateFromCsvDocument, { input }).toPromise();
    const answer = data?.invitationsCreateFromCsv;
    if (error !== undefined && dryRun) throw new Error(messageOf(error));
    ignoredColumns = answer?.ignoredColumns ?? ignoredColumns;
    chunk.forEach((record, index) => {
      const result = answer?.results[index];
      const refusal =
        result === undefined ? messageOf(error) : result.refusal === null ? null : sentence(result.refusal);
      verdicts.push({
        row: start + index + 2,
        record,
        email: result?.email ?? record,
        refusal,
        link: result?.url ?? result?.token ?? null,
      });
    });
    report(verdicts.length);
  }
  return { verdicts, ignoredColumns };
}

const sentence = ({ message, hint }: { readonly message: string; readonly hint: string | null }) =>
  hint === null ? message : `${message} ${hint}`;

function messageOf(error: Parameters<typeof refusalOf>[0]): string {
  const refusal = refusalOf(error);
  return refusal === undefined ? translate('change.offlineHint') : sentence(refusal);
}
