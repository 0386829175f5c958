import type { MemberScreenQuery } from './member.generated.js';

/** The member that the screen shows. */
export type MemberDetails = NonNullable<NonNullable<MemberScreenQuery['workspace']>['member']>;
