import { setTimeout as wait } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';
import { CompiledQuery } from 'kysely';
import { DatabaseError } from 'pg';

/** Readers queue behind a lock that is waited for, so it is waited for so long at a time. */
const LOCK_TIMEOUT_MS = 300;
const PAUSE_MS = 1000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Runs a statement in the transaction of a step. */
export type StepSql = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * A migration of large tables, in several transactions: `ACCESS EXCLUSIVE` locks, behind which reads wait, are only held
 * by steps that take no time. A migration that was interrupted starts again from its first step, so each step must know
 * whether it has been done.
 */
export abstract class StepwiseMigration extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  /**
   * Runs statements that lock out readers, in one transaction. None of them may read or write all rows of a table. Where a
   * lock is not to be had, it tries again later.
   * @param isDone an SQL expression: whether this step has been done
   */
  protected async briefly(isDone: string, ...statements: readonly string[]): Promise<void> {
    for (;;) {
      try {
        return await this.step(isDone, async (sql) => {
          await sql(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
          for (const statement of statements) await sql(statement);
        });
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
        await wait(PAUSE_MS);
      }
    }
  }

  /**
   * Runs a step that takes its time in one transaction. It may keep writers waiting, but takes no lock that keeps readers
   * waiting.
   * @param isDone an SQL expression: whether this step has been done
   */
  protected async step(isDone: string, work: (sql: StepSql) => Promise<void>): Promise<void> {
    await this.driver.getConnection().transactional(async (tx) => {
      const sql: StepSql = async <Row>(text: string, values: readonly unknown[] = []) =>
        (await tx.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
      const [found] = await sql<{ done: boolean }>(`select ${isDone} as done`);
      if (found?.done !== true) await work(sql);
    });
  }
}

/** Whether a table has a column. */
export function hasColumn(table: string, column: string): string {
  return `exists (select 1 from pg_attribute where attrelid = '${table}'::regclass and attname = '${column}' and not attisdropped)`;
}

/** Whether there is a table or an index of that name. */
export function exists(relation: string): string {
  return `to_regclass('${relation}') is not null`;
}

/** Whether there is a constraint of that name. */
export function hasConstraint(name: string): string {
  return `exists (select 1 from pg_constraint where conname = '${name}')`;
}

/** Whether none of the table's constraints still has to be compared with the rows that were there before it. */
export function isValidated(...tables: readonly string[]): string {
  const listed = tables.map((table) => `'${table}'::regclass`).join(', ');
  return `not exists (select 1 from pg_constraint where conrelid in (${listed}) and not convalidated)`;
}
