import { makeVisibleUserName, PROFILE_FOLDED } from '../index-functions.js';
import { StepwiseMigration } from '../stepwise-migration.js';

const callsByName = (name: string, called: string) =>
  `exists (select 1 from pg_proc where oid = to_regproc('${name}') and prosrc ~ '[^.]${called}')`;

/**
 * Where earlier versions of these migrations made functions that call others by name alone, `member` could be neither
 * analyzed nor restored once it had a name that is not ASCII.
 */
export class Migration20261130140000_FunctionsOfIndexes extends StepwiseMigration {
  override name = 'Migration20261130140000_FunctionsOfIndexes';

  override async up(): Promise<void> {
    const isDone = `not ${callsByName('profile_folded', 'text_folded')} and not ${callsByName('visible_user_name', 'punycode_decoded')}`;
    await this.step(isDone, async (sql) => {
      await sql(PROFILE_FOLDED);
      await makeVisibleUserName(sql);
      await sql('analyze "member"');
    });
  }

  /** The functions of before have the same results. */
  override down(): void {}
}
