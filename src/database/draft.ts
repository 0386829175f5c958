import { TSMigrationGenerator } from '@mikro-orm/migrations';

/** The statements of a migration and those that revert it. */
interface Difference {
  readonly up: string[];
  readonly down: string[];
}

/** Writes a drafted migration; its `down()` reverts what its `up()` does, and nothing else. */
export class DraftGenerator extends TSMigrationGenerator {
  override generate(difference: Difference, path?: string, name?: string): Promise<[string, string]> {
    return super.generate({ ...difference, down: reverting(difference) }, path, name);
  }
}

/**
 * The statements of `down` about the tables and indexes of `up`. MikroORM takes functions and partitioned tables, which only
 * migrations describe, for differences from the model.
 */
export function reverting({ up, down }: Difference): string[] {
  const changed = new Set(up.flatMap(namesIn));
  return down.filter((statement) =>
    namesIn(statement)
      .slice(0, 1)
      .some((name) => changed.has(name)),
  );
}

/** The quoted names, in order. */
function namesIn(statement: string): string[] {
  return [...statement.matchAll(/"(\w+)"/g)].map(([, name = '']) => name);
}
