import type { Client } from 'urql';
import { refusalOf } from '../../../app/client.js';
import { translate } from '../../../app/messages.js';
import { InvitationsCreateFromCsvDocument } from '../invitations.generated.js';
import { type CsvFile, MOST_ROWS } from './file.js';

/** What becomes of one row of the file. */
export interface RowVerdict {
  /** The number of the row in the file, of which the header is row 1. */
  readonly row: number;
  readonly record: string;
  readonly email: string;
  /** Why the row is refused, in the server's words; null when it is not. */
  readonly refusal: string | null;
  /** The link of the invitation, or its token where the server has no page for it; shown this one time. */
  readonly link: string | null;
}

export interface CsvResult {
  readonly verdicts: readonly RowVerdict[];
  readonly ignoredColumns: readonly string[];
}

/** Rows that are invited in one request: few, so that progress shows. */
const INVITED_AT_ONCE = 200;

interface Options {
  readonly dryRun: boolean;
  readonly report: (done: number) => void;
}

/**
 * Judges every row of a file, or invites its people.
 * @throws Error in the server's words, when it refuses the file as a whole or cannot be reached, in a dry run. Otherwise
 * the rows of a request that fails are refused with those words, and rows of earlier requests remain invited.
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
