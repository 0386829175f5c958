import { memo } from 'react';
import type { Selection, SortDescriptor } from 'react-aria-components';
import { useMessages } from '../../app/messages.js';
import { Cell, Column, SelectableHeader, SelectableRow, Table, TableBody } from '../../ui/table.js';
import { MemberCell } from './cell.js';
import type { Column as MemberColumn } from './columns.js';
import { type MemberRow, nameOf } from './person.js';
import { type OpenAction, RowMenu } from './row-menu.js';
import type { ChangeView, MembersView } from './view.js';

interface MembersTableProps {
  readonly members: readonly MemberRow[];
  readonly columns: readonly MemberColumn[];
  readonly sort: MembersView['sort'];
  readonly isDescending: boolean;
  readonly selected: Selection;
  readonly onSort: ChangeView;
  readonly onSelect: (selected: Selection) => void;
  readonly onOpen: OpenAction;
}

/** The rows of a page of members. It renders again only when they change, and not while the viewer types. */
export const MembersTable = memo(function MembersTable({
  members,
  columns,
  sort,
  isDescending,
  selected,
  onSort,
  onSelect,
  onOpen,
}: MembersTableProps) {
  const t = useMessages();
  const sortedColumn = columns.find((column) => column.sort === sort);
  const descriptor: SortDescriptor | undefined = sortedColumn && {
    column: sortedColumn.id,
    direction: isDescending ? 'descending' : 'ascending',
  };
  const changeSort = ({ column: id, direction }: SortDescriptor) => {
    const field = columns.find((column) => column.id === id)?.sort;
    if (field !== undefined) onSort({ sort: field, isDescending: direction === 'descending' });
  };
  return (
    <Table
      label={t('members.title')}
      selectionMode="multiple"
      selectedKeys={selected}
      onSelectionChange={onSelect}
      escapeKeyBehavior="none"
      onSortChange={changeSort}
      {...(descriptor === undefined ? {} : { sortDescriptor: descriptor })}
    >
      <SelectableHeader>
        {columns.map(({ id, sort: field }) => (
          <Column key={id} id={id} allowsSorting={field !== undefined} isRowHeader={id === 'person'}>
            {t(`members.column.${id}`)}
          </Column>
        ))}
        <Column id="actions" isTitleHidden>
          {t('members.column.actions')}
        </Column>
      </SelectableHeader>
      <TableBody items={members} dependencies={[columns, onOpen]}>
        {(member) => (
          <SelectableRow id={member.id} textValue={nameOf(member)} isFaint={!member.active}>
            {columns.map(({ id }) => (
              <Cell key={id}>
                <MemberCell column={id} member={member} />
              </Cell>
            ))}
            <Cell>
              <RowMenu member={member} onOpen={onOpen} />
            </Cell>
          </SelectableRow>
        )}
      </TableBody>
    </Table>
  );
});
