import { Pager } from '../../ui/pager.js';
import type { MembersPageQuery } from './members.generated.js';
import type { ChangeView } from './view.js';

type PageInfo = NonNullable<NonNullable<MembersPageQuery['workspace']>['members']>['pageInfo'];

interface MembersPagerProps {
  readonly pageInfo: PageInfo;
  readonly onTurn: ChangeView;
}

/** Turns the pages of the table; none when there is only one page. */
export function MembersPager({ pageInfo, onTurn }: MembersPagerProps) {
  const { startCursor, endCursor, hasNextPage, hasPreviousPage } = pageInfo;
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <Pager
      first={hasPreviousPage ? () => onTurn({}) : null}
      previous={hasPreviousPage ? () => onTurn({ before: startCursor }) : null}
      next={hasNextPage ? () => onTurn({ after: endCursor }) : null}
    />
  );
}
