import { Field, InputType } from 'type-graphql';
import type { InvitationKind, InvitationStatus, MailDelivery } from '../../domain/invitation.js';
import { enumOf } from '../../model/enums.js';
import { InvitationKindEnum, InvitationStatusEnum, MailDeliveryEnum } from '../../model/invitation.js';
import { INVITATION_ORDER_FIELDS } from '../../services/invitations/queries.js';
import { enumComparison, StringComparison } from '../lists/comparisons.js';
import { DIRECTION, type OrderDirection, OrderDirectionEnum } from '../lists/direction.js';

export const InvitationStatusComparison = enumComparison<InvitationStatus>(
  'InvitationStatusComparison',
  InvitationStatusEnum,
  'Conditions on the state of an invitation, all of which must hold.',
);
export const InvitationKindComparison = enumComparison<InvitationKind>(
  'InvitationKindComparison',
  InvitationKindEnum,
  'Conditions on the kind of an invitation, all of which must hold.',
);

export const MailDeliveryComparison = enumComparison<MailDelivery>(
  'MailDeliveryComparison',
  MailDeliveryEnum,
  'Conditions on the state of a mail, all of which must hold.',
);

@InputType({ description: 'Conditions on invitations, all of which must hold.' })
export class InvitationFilter {
  @Field(() => InvitationStatusComparison, { nullable: true, description: 'Conditions on the state now.' })
  status?: InstanceType<typeof InvitationStatusComparison> | null;

  @Field(() => InvitationKindComparison, {
    nullable: true,
    description: 'Conditions on the kind of the invitation.',
  })
  kind?: InstanceType<typeof InvitationKindComparison> | null;

  @Field(() => MailDeliveryComparison, {
    nullable: true,
    description: 'Conditions on the state of the last mail. Links have none.',
  })
  delivery?: InstanceType<typeof MailDeliveryComparison> | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: 'Conditions on the e-mail address, regardless of case. Links have none.',
  })
  email?: StringComparison | null;
}

type InvitationOrderField = (typeof INVITATION_ORDER_FIELDS)[number];

const InvitationOrderFieldEnum = enumOf(
  INVITATION_ORDER_FIELDS,
  'InvitationOrderField',
  'The fields by which invitations can be ordered.',
  {
    CREATED_AT: 'The time at which the invitation was created.',
    EMAIL: 'The e-mail address, regardless of case. Links come last.',
    SENT_AT: 'The time at which the invitation was last sent.',
    EXPIRES_AT: 'The time at which the invitation expires.',
  },
);

@InputType({
  description: 'The order of invitations. Invitations that are equal in it follow the order of creation.',
})
export class InvitationOrder {
  @Field(() => InvitationOrderFieldEnum, { description: 'The field by which invitations are ordered.' })
  field!: InvitationOrderField;

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: DIRECTION })
  direction!: OrderDirection;
}
