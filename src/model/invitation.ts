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

export const InvitationKindEnum = enumOf(INVITATION_KINDS, 'InvitationKind', 'The kinds of invitations.', {
  EMAIL: 'An invitation to one e-mail address, which nobody else can accept.',
  LINK: 'A link that admits everybody who has it, as many people as it allows.',
});

export const InvitationStatusEnum = enumOf(
  INVITATION_STATUSES,
  'InvitationStatus',
  'The states of an invitation.',
  {
    PENDING: 'The invitation can be accepted.',
    ACCEPTED: 'The invitation was accepted, or the link was used as often as it allows.',
    SUPERSEDED:
      'The person became a member in another way after the invitation was sent. When the person has left, it can be sent again.',
    REVOKED: 'Somebody has revoked the invitation.',
    EXPIRED: 'The 60 days are over. The invitation can be sent again.',
  },
);

export const MailDeliveryEnum = enumOf(
  MAIL_DELIVERIES,
  'MailDelivery',
  'The states of the mail with the invitation.',
  {
    NOT_SENT:
      'No mail server is configured. Pass on the link that was shown when the invitation was created.',
    QUEUED: 'The mail waits to be sent.',
    SENT: 'The mail server has accepted the mail.',
    FAILED: 'The mail was not sent, and `deliveryError` says why. The invitation can be sent again.',
  },
);

@ObjectType({
  implements: Node,
  description: 'An invitation to join the workspace, by mail or by a link, valid for 60 days.',
})
@Entity({ tableName: 'invitation' })
@Index({
  name: 'invitation_one_open',
  expression:
    'create unique index "invitation_one_open" on "invitation" ("workspace_id", "canonical_email") where accepted_at is null and revoked_at is null',
})
@Index({ name: 'invitation_by_creation', properties: ['workspaceId', 'createdAt', 'id'] })
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
  @Field(() => ID, { description: 'The id of the invitation, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** Copied from the workspace, where it never changes, so that the CHECKs above can use it. */
  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address that is invited. Null for a link.',
  })
  @Property({ type: 'text', nullable: true })
  email!: string | null;

  /** The `canonicalUserName` of the address (rule 15a). Reads omit it. */
  @Property({ type: 'text', collation: 'C', nullable: true })
  canonicalEmail?: string | null;

  @Field(() => RoleEnum, {
    nullable: true,
    description: "The role that the person gets. Null for the workspace's default at the time of acceptance.",
  })
  @Property({ type: 'text', nullable: true })
  role!: AssignableRole | V1AssignableRole | null;

  @Property({ type: 'text', nullable: true })
  seatType!: SeatType | null;

  @Property({ type: 'integer', nullable: true })
  creditLimit!: number | null;

  @Field(() => String, { description: 'The name of the person or key that invited, at that time.' })
  @Property({ type: 'text' })
  invitedBy!: string;

  /** The part of the token that identifies the row. */
  @Property({ type: 'text' })
  @Unique({ name: 'invitation_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the whole token, in hex. */
  @Property({ type: 'text' })
  hash!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the invitation was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The time at which the invitation was last sent and its token made.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  sentAt!: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The time at which the invitation expires, 60 days after it was last sent.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Field(() => Int, {
    nullable: true,
    description:
      'The most people who can accept: one for an invitation by mail. Null for a link without a limit.',
  })
  @Property({ type: 'integer', nullable: true })
  maxUses!: number | null;

  @Field(() => Int, { description: 'The number of people who have accepted.' })
  @Property({ type: 'integer' })
  useCount!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time at which the invitation was accepted. Null before that, and for links, which have `useCount` instead.',
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

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the invitation was revoked. Null when nobody revoked it.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  revokedAt!: Date | null;

  @Field(() => MailDeliveryEnum, {
    nullable: true,
    description: 'The state of the last mail. Null for a link, which is never mailed.',
  })
  @Property({ type: 'text', nullable: true })
  delivery!: MailDelivery | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason for which the last mail was not sent, in the words of the mail server if it refused the mail. Null when nothing failed.',
  })
  @Property({ type: 'text', nullable: true })
  deliveryError!: string | null;

  @Field(() => InvitationKindEnum, { description: 'The kind of the invitation: by mail or as a link.' })
  kind!: InvitationKind;

  @Field(() => InvitationStatusEnum, { description: 'The state of the invitation now.' })
  status!: InvitationStatus;
}
