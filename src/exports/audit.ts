import type { GraphQLSchema } from 'graphql';
import { type ExportedEntry, exportEntries } from '../services/audit/export.js';
import { sendFile } from './file.js';
import { readInput, readParameters } from './query.js';
import type { ExportHandler } from './router.js';

const PARAMETERS = ['filter', 'after'] as const;

/**
 * `audit.jsonl`: the audit log as lines of JSON, for a SIEM. Each line has a `cursor`; a request with `after` and the last
 * cursor gets the newer entries only.
 * @param schema the schema whose `AuditFilter` defines the parameter `filter`
 */
export function auditExport(schema: GraphQLSchema): ExportHandler {
  return async (request, response, context) => {
    const parameters = readParameters(request.url, PARAMETERS);
    const filter = parameters.get('filter');
    const workspaceId = request.params.workspaceId.toLowerCase();
    const batches = await exportEntries(
      context,
      workspaceId,
      filter === undefined ? {} : readInput(schema, 'AuditFilter', 'filter', filter),
      parameters.get('after'),
    );
    await sendFile(request, response, {
      // No media type is registered; this is the usual one.
      type: 'application/x-ndjson; charset=utf-8',
      name: `audit ${workspaceId} ${new Date().toISOString().slice(0, 10)}.jsonl`,
      content: linesOf(batches),
    });
  };
}

async function* linesOf(batches: AsyncIterable<readonly ExportedEntry[]>): AsyncGenerator<string> {
  for await (const entries of batches) {
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}
