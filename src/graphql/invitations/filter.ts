import { Field, InputType, registerEnumType } from 'type-graphql';
import { type InvitationKind, type InvitationStatus } from '../../domain/invitation.js';
import { InvitationKindEnum, InvitationStatusEnum } from '../../model/invitation.js';
import { INVITATION_ORDER_FIELDS } from '../../services/invitations/queries.js';
import { enumComparison, StringComparison } from '../lists/comparisons.js';

export const InvitationStatusComparison = enumComparison<InvitationStatus>(
  'InvitationStatusComparison',
  InvitationStatusEnum,
  'Compares statuses of invitations.',
);
export const InvitationKindComparison = enumComparison<InvitationKind>(
  'InvitationKindComparison',
  InvitationKindEnum,
  'Compares kinds of invitations.',
);

@InputType({ description: 'Which invitations are meant. Everything that is said must hold.' })
export class InvitationFilter {
  @Field(() => InvitationStatusComparison, { nullable: true, description: 'By what they are now.' })
  status?: InstanceType<typeof InvitationStatusComparison> | null;

  @Field(() => InvitationKindComparison, { nullable: true, description: 'By to whom they go.' })
  kind?: InstanceType<typeof InvitationKindComparison> | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: 'By address, without case. Links have none.',
  })
  email?: StringComparison | null;
}

const InvitationOrderField = Object.fromEntries(
  INVITATION_ORDER_FIELDS.map((field) => [field, field]),
) as Record<(typeof INVITATION_ORDER_FIELDS)[number], (typeof INVITATION_ORDER_FIELDS)[number]>;
registerEnumType(InvitationOrderField, {
  name: 'InvitationOrderField',
  description: 'What invitations can be ordered by.',
  valuesConfig: {
    CREATED_AT: { description: 'When they were made.' },
    EMAIL: { description: 'The address, without case; links come last.' },
    SENT_AT: { description: 'When they were last sent.' },
    EXPIRES_AT: { description: 'When they expire.' },
  },
});

@InputType({
  description: 'The order of invitations. The id has the last word, so that every order is stable.',
})
export class InvitationOrder {
  @Field(() => InvitationOrderField, { description: 'By what.' })
  field!: (typeof INVITATION_ORDER_FIELDS)[number];

  @Field(() => Boolean, { defaultValue: false, description: 'Greatest first.' })
  descending!: boolean;
}
