import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { ScimClient, ScimCode } from '../domain/provisioning-log.js';
import { Workspace } from './workspace.js';

/** The number of requests of a workspace by hour and code; accepted requests have an empty code. */
@Entity({ tableName: 'scim_request_count' })
export class ScimRequestCount {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @PrimaryKey({ type: 'datetime', columnType: 'timestamptz(3)' })
  hour!: Date;

  @PrimaryKey({ type: 'text' })
  code!: ScimCode | '';

  @Property({ type: 'integer' })
  requests!: number;

  /** The number of requests that got no entry because the log was overloaded. */
  @Property({ type: 'integer' })
  dropped!: number;
}

/** When a workspace's identity provider last sent requests. The row outlives the entries of the log. */
@Entity({ tableName: 'scim_connection' })
export class ScimConnection {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  firstRequestAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastRequestAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  lastSuccessAt!: Date | null;

  /** The number of refusals since the last accepted request. */
  @Property({ type: 'integer' })
  refusalsInRow!: number;

  @Property({ type: 'text' })
  client!: ScimClient;
}

/** The hashed secret of a deleted key, kept for as long as the log distinguishes it from an unknown key (rule 51). */
@Entity({ tableName: 'deleted_api_key_secret' })
@Index({ name: 'deleted_api_key_secret_deleted', properties: ['deletedAt'] })
export class DeletedApiKeySecret {
  @PrimaryKey({ type: 'text' })
  lookup!: string;

  @Property({ type: 'text' })
  hash!: string;

  @Property({ type: 'uuid' })
  apiKeyId!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Property({ type: 'text' })
  name!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  deletedAt!: Date;
}
