import {
  Check,
  Entity,
  Index,
  ManyToOne,
  PrimaryKey,
  Property,
  Trigger,
  Unique,
} from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  ASSIGNABLE_ROLES,
  type AssignableRole,
  SEAT_TYPES,
  type SeatType,
  V1_ASSIGNABLE_ROLES,
  type V1AssignableRole,
  type WorkspaceVersion,
} from '../domain/access.js';
import {
  INVITATION_KINDS,
  INVITATION_STATUSES,
  type InvitationKind,
  type InvitationStatus,
  MAIL_DELIVERIES,
  type MailDelivery,
} from '../domain/invitation.js';
import { enumOf, RoleEnum } from './enums.js';
import { Member } from './member.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { fitsWorkspaceVersion, oneOf } from './sql.js';
import { Workspace } from './workspace.js';

export const InvitationKindEnum = enumOf(INVITATION_KINDS, 'InvitationKind', 'To whom an invitation goes.', {
  EMAIL: 'To one address, and to nobody else.',
  LINK: 'To whoever has the link, as often as it may be used.',
});

export const InvitationStatusEnum = enumOf(
  INVITATION_STATUSES,
  'InvitationStatus',
  'What an invitation is at this moment.',
  {
    PENDING: 'It can be accepted.',
    ACCEPTED: 'It has been accepted; a link: as often as it may be used.',
    SUPERSEDED:
      'The person has become a member in another way since it was sent. It cannot be used any more, also after the person has left; it can be sent again then.',
    REVOKED: 'Somebody has revoked it.',
    EXPIRED: 'Its 60 days are over. It can be sent again.',
  },
);

export const MailDeliveryEnum = enumOf(
  MAIL_DELIVERIES,
  'MailDelivery',
  'What has become of the mail with the invitation.',
  {
    NOT_SENT: 'No mail server is configured: pass the link on, which was shown when it was made.',
    QUEUED:
      'It is about to be sent. Where it stays so, the server has been stopped meanwhile: send it again.',
    SENT: 'The mail server has taken it.',
    FAILED: 'The mail server has refused it: `deliveryError` says why. It can be sent again.',
  },
);

@ObjectType({
  implements: Node,
  description: 'Lets somebody become a member of the workspace, by mail or by a link, for 60 days.',
})
@Entity({ tableName: 'invitation' })
@Index({
  name: 'invitation_one_open',
  expression:
    'create unique index "invitation_one_open" on "invitation" ("workspace_id", "canonical_email") where accepted_at is null and revoked_at is null',
})
@Index({ name: 'invitation_of_workspace', properties: ['workspaceId', 'id'] })
@Index({ name: 'invitation_accepted_by', properties: ['acceptedBy'] })
@Check({
  name: 'invitation_access_fits_version',
  expression:
    `(workspace_version = 'V1' and (role is null or ${oneOf('role', V1_ASSIGNABLE_ROLES)}) and credit_limit is null)` +
    ` or (workspace_version = 'V2' and (role is null or ${oneOf('role', ASSIGNABLE_ROLES)}) and seat_type is null)`,
})
@Check({
  name: 'invitation_access_is_whole',
  expression: 'role is not null or (seat_type is null and credit_limit is null)',
})
@Check({
  name: 'invitation_seat_type_known',
  expression: `seat_type is null or ${oneOf('seat_type', SEAT_TYPES)}`,
})
@Check({
  name: 'invitation_credit_limit_applies',
  expression: "credit_limit is null or (credit_limit > 0 and role in ('ADMIN', 'EDITOR'))",
})
@Check({
  name: 'invitation_uses_within_limit',
  expression: 'use_count >= 0 and (max_uses is null or (max_uses > 0 and use_count <= max_uses))',
})
@Check({
  name: 'invitation_of_one_is_used_once',
  expression:
    '(email is null and accepted_at is null and accepted_by is null) or ' +
    '(email is not null and max_uses = 1 and (accepted_at is not null) = (use_count = 1) and (accepted_by is null or accepted_at is not null))',
})
@Check({
  name: 'invitation_delivery_known',
  expression: `(delivery is null) = (email is null) and (delivery is null or ${oneOf('delivery', MAIL_DELIVERIES)})`,
})
@Trigger({
  name: 'invitation_fits_workspace',
  timing: 'before',
  events: ['insert', 'update'],
  body: fitsWorkspaceVersion('invitation'),
})
export class Invitation implements Node {
  @Field(() => ID, { description: 'Opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** Repeated from the workspace, where it never changes, so that the checks above can see it. */
  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Field(() => String, {
    nullable: true,
    description: 'The address that is invited. Null for a link.',
  })
  @Property({ type: 'text', nullable: true })
  email!: string | null;

  /** `canonicalUserName` of it (rule 15a). Rows that are read leave it out. */
  @Property({ type: 'text', collation: 'C', nullable: true })
  canonicalEmail?: string | null;

  @Field(() => RoleEnum, {
    nullable: true,
    description: "The role that is given. Null: the workspace's default, when it is accepted.",
  })
  @Property({ type: 'text', nullable: true })
  role!: AssignableRole | V1AssignableRole | null;

  @Property({ type: 'text', nullable: true })
  seatType!: SeatType | null;

  @Property({ type: 'integer', nullable: true })
  creditLimit!: number | null;

  @Field(() => String, { description: 'Who has invited, as they were called then.' })
  @Property({ type: 'text' })
  invitedBy!: string;

  /** The part of the token that finds the row. */
  @Property({ type: 'text' })
  @Unique({ name: 'invitation_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the whole token, in hex. */
  @Property({ type: 'text' })
  hash!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was last sent, which is when its token was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  sentAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'Until when it can be accepted: 60 days after it was sent.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Field(() => Int, {
    nullable: true,
    description: 'How many people it may let in: one by mail, as said for a link. Null: any number.',
  })
  @Property({ type: 'integer', nullable: true })
  maxUses!: number | null;

  @Field(() => Int, { description: 'How many people it has let in.' })
  @Property({ type: 'integer' })
  useCount!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was accepted. Null while it is not, and for links: `useCount` counts there.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  acceptedAt!: Date | null;

  @ManyToOne(() => Member, {
    mapToPk: true,
    fieldName: 'accepted_by',
    deleteRule: 'set null',
    nullable: true,
  })
  acceptedBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked. Null: it was not.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  revokedAt!: Date | null;

  @Field(() => MailDeliveryEnum, {
    nullable: true,
    description: 'What has become of the last mail. Null for a link, which is never mailed.',
  })
  @Property({ type: 'text', nullable: true })
  delivery!: MailDelivery | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last mail could not be sent, in the words of the mail server. Null: no such fault.',
  })
  @Property({ type: 'text', nullable: true })
  deliveryError!: string | null;

  @Field(() => InvitationKindEnum, { description: 'To whom it goes.' })
  kind!: InvitationKind;

  @Field(() => InvitationStatusEnum, { description: 'What it is at this moment.' })
  status!: InvitationStatus;
}
