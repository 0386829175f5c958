import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/**
 * The counts of recent attempts, shared by all processes. The columns are those of rate-limiter-flexible. The migration
 * makes the table UNLOGGED: a crash of the database only resets the counts.
 */
@Entity({ tableName: 'rate_limit' })
export class RateLimit {
  @PrimaryKey({ type: 'string', columnType: 'varchar(255)' })
  key!: string;

  @Property({ type: 'integer', default: 0 })
  points!: number;

  /** Milliseconds since 1970. */
  @Property({ type: 'bigint', nullable: true })
  expire!: string | null;
}
