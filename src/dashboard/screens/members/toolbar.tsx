import { useEffect, useRef, useState } from 'react';
import { type Translate, useMessages } from '../../app/messages.js';
import type { Role, SeatType } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Checkbox, type Choice, SearchField, Select } from '../../ui/field.js';
import { CheckMenu } from '../../ui/menu.js';
import { type ColumnId, columnsOf } from './columns.js';
import { TYPING_PAUSE_MS } from './delayed.js';
import { GroupFilter } from './group-filter.js';
import { ROLES } from './person.js';
import styles from './toolbar.module.css';
import { type ChangeView, isFiltered, MANAGERS, type MembersView, NO_FILTERS, STATUSES } from './view.js';

const ANY = 'ANY';
const SEAT_TYPES: readonly SeatType[] = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'];

interface ToolbarProps {
  readonly view: MembersView;
  readonly onChange: ChangeView;
  readonly shownColumns: ReadonlySet<ColumnId>;
  readonly onColumns: (columns: ReadonlySet<ColumnId>) => void;
}

/** Search, filters and columns of the members table. */
export function MembersToolbar({ view, onChange, shownColumns, onColumns }: ToolbarProps) {
  const t = useMessages();
  const { accessModel, viewerCan } = useWorkspace();
  const hideable = columnsOf(accessModel).filter(({ isHideable }) => isHideable);
  return (
    <div className={styles.toolbar}>
      <Search text={view.search} onSearch={(search) => onChange({ search }, view.search !== '')} />
      <Select<MembersView['status']>
        label={t('filter.status')}
        isLabelHidden
        choices={STATUSES.map((value) => ({ value, label: t(`filter.status.${value}`) }))}
        value={view.status}
        onChange={(status) => onChange({ status })}
      />
      <Select<Role | typeof ANY>
        label={t('filter.role')}
        isLabelHidden
        choices={withAny(
          t('filter.anyRole'),
          ROLES[accessModel].map((value) => ({ value, label: t(`role.${value}`) })),
        )}
        value={view.role ?? ANY}
        onChange={(role) => onChange({ role: role === ANY ? null : role })}
      />
      {accessModel === 'V1' && <SeatFilter view={view} onChange={onChange} t={t} />}
      <Select<NonNullable<MembersView['managedBy']> | typeof ANY>
        label={t('filter.managedBy')}
        isLabelHidden
        choices={withAny(
          t('filter.anyManager'),
          MANAGERS.map((value) => ({ value, label: t(`managedBy.${value}`) })),
        )}
        value={view.managedBy ?? ANY}
        onChange={(managedBy) => onChange({ managedBy: managedBy === ANY ? null : managedBy })}
      />
      <GroupFilter groupId={view.groupId} onChange={(groupId) => onChange({ groupId })} />
      {accessModel === 'V2' && (
        <Checkbox
          isSelected={view.isLimitReached}
          onChange={(isLimitReached) => onChange({ isLimitReached })}
        >
          {t('filter.limitReached')}
        </Checkbox>
      )}
      {viewerCan.readAuditLog.allowed && (
        <Checkbox isSelected={view.hasProblem} onChange={(hasProblem) => onChange({ hasProblem })}>
          {t('filter.hasProblem')}
        </Checkbox>
      )}
      {isFiltered(view) && (
        <Button kind="quiet" onPress={() => onChange(NO_FILTERS)}>
          {t('members.clearFilters')}
        </Button>
      )}
      <CheckMenu<ColumnId>
        label={t('members.columns')}
        choices={hideable.map(({ id }) => ({ id, label: t(`members.column.${id}`) }))}
        selected={shownColumns}
        onChange={onColumns}
      />
    </div>
  );
}

function SeatFilter({
  view,
  onChange,
  t,
}: Pick<ToolbarProps, 'view' | 'onChange'> & { readonly t: Translate }) {
  return (
    <Select<SeatType | typeof ANY>
      label={t('filter.seat')}
      isLabelHidden
      choices={withAny(
        t('filter.anySeat'),
        SEAT_TYPES.map((value) => ({ value, label: t(`seat.${value}`) })),
      )}
      value={view.seatType ?? ANY}
      onChange={(seatType) => onChange({ seatType: seatType === ANY ? null : seatType })}
    />
  );
}

function withAny<Value extends string>(
  label: string,
  choices: readonly Choice<Value>[],
): readonly Choice<Value | typeof ANY>[] {
  return [{ value: ANY, label }, ...choices];
}

interface SearchProps {
  readonly text: string;
  readonly onSearch: (text: string) => void;
}

/** The search box. The typed text is shown at once, and searched for after a pause in typing. */
function Search({ text, onSearch }: SearchProps) {
  const t = useMessages();
  const [typed, setTyped] = useState(text);
  const searched = useRef(text);
  const search = useRef(onSearch);
  search.current = onSearch;
  // Back, Forward and Clear filters change the text from outside the box.
  useEffect(() => {
    if (text === searched.current) return;
    searched.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === searched.current) return;
    const timer = setTimeout(() => {
      searched.current = typed;
      search.current(typed);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return <SearchField label={t('members.search')} value={typed} onChange={setTyped} />;
}
