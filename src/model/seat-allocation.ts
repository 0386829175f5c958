import { Check, Entity, ManyToOne, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { SEAT_TYPES, type SeatType, type WorkspaceVersion } from '../domain/access.js';
import { SeatTypeEnum } from './enums.js';
import { fitsWorkspaceVersion, oneOf } from './sql.js';
import { Workspace } from './workspace.js';

@ObjectType({ description: 'The seats of one type that a V1 workspace has bought.' })
@Entity({ tableName: 'seat_allocation' })
@Check({ name: 'seat_allocation_only_v1', expression: "workspace_version <> 'V2'" })
@Check({ name: 'seat_allocation_seat_type_known', expression: oneOf('seat_type', SEAT_TYPES) })
@Check({ name: 'seat_allocation_used_within_total', expression: 'used >= 0 and used <= total' })
@Trigger({
  name: 'seat_allocation_fits_workspace',
  timing: 'before',
  events: ['insert', 'update'],
  body: fitsWorkspaceVersion('seat_allocation'),
})
export class SeatAllocation {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @Field(() => SeatTypeEnum, { description: 'The type of these seats.' })
  @PrimaryKey({ type: 'text' })
  seatType!: SeatType;

  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Field(() => Int, { description: 'The number of seats that the workspace has bought.' })
  @Property({ type: 'integer' })
  total!: number;

  @Field(() => Int, { description: 'The number of seats that active members hold.' })
  @Property({ type: 'integer' })
  used!: number;
}
