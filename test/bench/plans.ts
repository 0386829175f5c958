import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import { OTHER_WORKSPACE_ID } from './history.ts';
import { declaredStatements } from './product.ts';
import type { SentStatement } from './server-process.ts';

/** A table is large from so many rows on; PostgreSQL is right to read a smaller one as a whole. */
const LARGE = 50_000;

/** A node of a plan, as `explain (format json)` returns it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** A statement whose plan reads a large table from its beginning to its end. */
export interface Finding {
  readonly statement: string;
  readonly table: string;
}

/**
 * Looks for sequential scans of large tables in the plans of all statements: of those that are declared, for any values,
 * and of those that were sent, with their values, but for a workspace that has a small part of the rows.
 */
export async function sequentialScans(
  target: DatabaseTarget,
  sent: readonly SentStatement[],
  workspaceId: string,
): Promise<Finding[]> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select relname::text as name from pg_class where relkind = 'r' and reltuples >= $1",
      [LARGE],
    );
    const large = new Set(rows.map(({ name }) => name));
    const findings: Finding[] = [];
    const look = async (statement: string, explain: string, values: readonly unknown[]) => {
      const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(explain, [
        ...values,
      ]);
      const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
      if (plan === undefined) return;
      findings.push(...scansIn(plan.Plan, large).map((table) => ({ statement, table })));
    };
    for (const { text, values } of sent.filter(({ text }) => isExplained(text))) {
      const ofOther = values.map((value) => (value === workspaceId ? OTHER_WORKSPACE_ID : value));
      await look(text, `explain (format json) ${text}`, ofOther);
    }
    const declared = declaredStatements().filter(({ isWhole, text }) => isWhole && isExplained(text));
    for (const { name, text } of declared) {
      await look(name, `explain (generic_plan, format json) ${text}`, []);
    }
    return findings;
  } finally {
    await client.end();
  }
}

function isExplained(text: string): boolean {
  return /^\s*(select|insert|update|delete|with)\b/i.test(text);
}

function scansIn(node: PlanNode, large: ReadonlySet<string>): string[] {
  const below = (node.Plans ?? []).flatMap((child) => scansIn(child, large));
  const table = node['Relation Name'];
  return node['Node Type'] === 'Seq Scan' && table !== undefined && large.has(table)
    ? [table, ...below]
    : below;
}
