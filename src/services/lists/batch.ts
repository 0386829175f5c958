import DataLoader from 'dataloader';
import type { Sql } from '../../database/database.js';
import { isId } from '../../domain/ids.js';

interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Answers = Record<string, unknown>[];

/** As many parents as the largest page has rows. */
const MOST_PARENTS = 200;

/**
 * Answers SQL that is asked of many parents at the same moment (the stays of every member of a page) in one
 * statement. The parent's id is `$1` by convention; questions that are alike but for it go together. Whatever asks
 * stays as it is: a question asked alone is asked as it stands, and
 * the rows of others carry which parent they are of beside.
 * @param sql where questions go; one of these a request, since it remembers nothing but must not mix callers
 */
export function batching(sql: Sql): Sql {
  const loader = new DataLoader<Question, Answers>((questions) => answerAll(sql, questions), {
    cache: false,
    maxBatchSize: MOST_PARENTS,
  });
  return {
    // The rows have the shape that the text gives them, whoever asks.
    rows: <Row>(text: string, values: readonly unknown[]) => loader.load({ text, values }) as Promise<Row[]>,
  };
}

/** One answer a question, in their order; the answers of each group are found once its one statement has run. */
async function answerAll(sql: Sql, questions: readonly Question[]): Promise<(Answers | Error)[]> {
  const [only, ...others] = questions;
  if (only !== undefined && others.length === 0) return [await sql.rows(only.text, only.values)];
  const answers = new Map<Question, Answers | Error>();
  const groups = Map.groupBy(questions, samenessOf());
  await Promise.all(
    [...groups.values()].map(async (group) => {
      try {
        await answerGroup(sql, group, answers);
      } catch (error) {
        const fault = error instanceof Error ? error : new Error(String(error));
        for (const question of group) answers.set(question, fault);
      }
    }),
  );
  return questions.map((question) => answers.get(question) ?? []);
}

/** Tells what questions have in common that differ in their parent only; one without a parent has nothing in common. */
function samenessOf(): (question: Question) => unknown {
  // The text of a question is long, and the same for all parents.
  const numbers = new Map<string, number>();
  return (question) => {
    const { text, values } = question;
    const [parent, ...others] = values;
    if (typeof parent !== 'string' || !isId(parent)) return question;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return `${number} ${JSON.stringify(others)}`;
  };
}

async function answerGroup(
  sql: Sql,
  questions: readonly Question[],
  answers: Map<Question, Answers | Error>,
): Promise<void> {
  const [first, ...more] = questions;
  if (first === undefined) return;
  const { text, values } = first;
  if (more.length === 0) {
    answers.set(first, await sql.rows(text, values));
    return;
  }
  const [, ...others] = values;
  const parents = [...new Set(questions.map(parentOf))];
  const rows = await sql.rows<{ batchParent: string }>(ofMany(text), [parents, ...others]);
  const byParent = Map.groupBy(rows, ({ batchParent }) => batchParent);
  for (const question of questions) {
    answers.set(question, byParent.get(parentOf(question)) ?? []);
  }
}

/** Lower-case, as PostgreSQL gives ids back. */
function parentOf({ values: [parent] }: Question): string {
  return String(parent).toLowerCase();
}

/** The same question about every parent; each parent's rows come in the order that the question gives them. */
function ofMany(text: string): string {
  return `
    select p.id as "batchParent", q.*
    from unnest($1::uuid[]) p(id)
    cross join lateral (
      select a.*, row_number() over () as "batchRow" from (${text.replace(/\$1\b/g, 'p.id')}) a
    ) q
    order by p.id, q."batchRow"`;
}
