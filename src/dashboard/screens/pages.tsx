import { type ReactNode, useState } from 'react';
import { Pager } from '../ui/pager.js';

interface PageInfo {
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

/**
 * The page of a list whose page is not part of the URL.
 * @returns the cursor after which the page begins, and the buttons that turn pages; none when there is only one page
 */
export function usePages(): {
  readonly after: string | null;
  readonly pager: (info: PageInfo) => ReactNode;
  readonly restart: () => void;
} {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const pager = ({ endCursor, hasNextPage }: PageInfo) =>
    (hasNextPage || cursors.length > 1) && (
      <Pager
        previous={cursors.length === 1 ? null : () => setCursors(cursors.slice(0, -1))}
        next={hasNextPage ? () => setCursors([...cursors, endCursor]) : null}
      />
    );
  return { after: cursors.at(-1) ?? null, pager, restart: () => setCursors([null]) };
}
