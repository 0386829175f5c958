import { useSearchParams } from 'wouter';
import { formatDate, formatFullDay, formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { dayOf } from '../../app/parameters.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { DayField, SearchField, Select } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty, Notice } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import styles from '../audit-log/audit-log.module.css';
import { Forbidden } from '../forbidden.js';
import { accessText, limitOf, ROLES } from '../members/person.js';
import { downloadCsv } from './csv.js';
import { differences, type ReviewEntry, useReview } from './review.js';

const today = () => new Date().toISOString().slice(0, 10);
/** The filter's value for everything: React Aria's lists have no empty key. */
const ANY = 'ANY';

/** How numbers and times are written. */
interface Notation {
  readonly number: (value: number) => string;
  /** @param time RFC 3339 */
  readonly time: (time: string) => string;
}
const ON_SCREEN: Notation = { number: formatNumber, time: formatDate };
/** A file is read in other places and by programs. */
const IN_FILE: Notation = { number: String, time: (time) => time };

/** The most rows on the screen; the file has all. */
const SHOWN = 500;

/** Settings → Access review. The days are in the URL. */
export default function AccessReviewScreen() {
  const t = useMessages();
  const { id: workspaceId, accessModel, viewerCan } = useWorkspace();
  const isOpen = viewerCan.reviewAccess.allowed;
  const [parameters, setParameters] = useSearchParams();
  const day = dayOf(parameters.get('day')) || today();
  const other = dayOf(parameters.get('compare'));
  const role = ROLES[accessModel].find((known) => known.toLowerCase() === parameters.get('role'));
  const search = parameters.get('search') ?? '';
  const review = useReview(workspaceId, isOpen ? day : '');
  const compared = useReview(workspaceId, isOpen ? other : '');
  const rowsOf = useRows();
  const changesOf = useChanges();
  const isFuture = day > today() || other > today();
  if (!isOpen) return <Forbidden title={t('review.title')} ability={viewerCan.reviewAccess} />;
  const set = (name: 'day' | 'compare' | 'role' | 'search') => (value: string) =>
    setParameters(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: name === 'search' },
    );
  const isWanted = (entry: ReviewEntry) =>
    (role === undefined || entry.role === role) &&
    `${entry.userName} ${entry.name}`.toLowerCase().includes(search.trim().toLowerCase());
  const entries = review.query.data?.filter(isWanted);
  const columns = [
    t('members.userName'),
    t('members.column.person'),
    t('members.column.access'),
    t('members.column.limit'),
    t('review.grantedBy'),
  ];
  const changeColumns = [t('members.userName'), t('review.change'), t('audit.before'), t('audit.after')];
  const save = () => {
    if (other === '')
      return downloadCsv(`access-${day}.csv`, [
        columns,
        ...rowsOf(entries ?? [], IN_FILE).map(({ cells }) => cells),
      ]);
    const changes = changesOf(compared.query.data ?? [], review.query.data ?? [], isWanted, IN_FILE);
    downloadCsv(`access-${other}-${day}.csv`, [changeColumns, ...changes.map(({ cells }) => cells)]);
  };
  const isComplete = entries !== undefined && (other === '' || compared.query.data !== undefined);
  return (
    <Page
      title={t('review.title')}
      lead={t('review.lead')}
      actions={
        <Button isDisabled={!isComplete || isFuture} onPress={save}>
          {t('members.export')}
        </Button>
      }
    >
      <div className={styles.filters}>
        <SearchField label={t('members.search')} value={search} onChange={set('search')} />
        <DayField label={t('review.day')} value={day} onChange={set('day')} />
        <DayField label={t('review.compare')} value={other} onChange={set('compare')} />
        <Select<string>
          label={t('access.role')}
          choices={[
            { value: ANY, label: t('filter.anyRole') },
            ...ROLES[accessModel].map((value) => ({ value, label: t(`role.${value}`) })),
          ]}
          value={role ?? ANY}
          onChange={(value) => set('role')(value === ANY ? '' : value.toLowerCase())}
        />
      </div>
      <Loaded query={review.query} onRetry={review.retry}>
        {(everybody) => {
          if (isFuture) return <Empty title={t('review.future')}>{t('review.futureHint')}</Empty>;
          const people = everybody.filter(isWanted);
          return other !== '' ? (
            <Loaded query={compared.query} onRetry={compared.retry}>
              {(before) => {
                const changes = changesOf(before, everybody, isWanted);
                if (changes.length === 0)
                  return <Empty title={t('review.same', { day: formatFullDay(other) })} />;
                const label = t('review.differences', { day: formatFullDay(other) });
                return <PlainTable label={label} columns={changeColumns} rows={changes} />;
              }}
            </Loaded>
          ) : people.length === 0 ? (
            <Empty title={t(everybody.length === 0 ? 'review.none' : 'members.none')}>
              {t(everybody.length === 0 ? 'review.noneHint' : 'members.noneHint')}
            </Empty>
          ) : (
            <>
              <p>{t('members.total', { count: people.length, formatted: formatNumber(people.length) })}</p>
              <PlainTable label={t('review.title')} columns={columns} rows={rowsOf(people.slice(0, SHOWN))} />
              {people.length > SHOWN && (
                <Notice title={t('review.more', { formatted: formatNumber(SHOWN) })} />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Writes entries as the cells of the table and of the file. */
function useRows() {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  return (entries: readonly ReviewEntry[], { number, time }: Notation = ON_SCREEN) =>
    entries.map(({ memberId, userName, name, role, access, grantedBy }) => {
      const limit = limitOf(access);
      return {
        id: memberId,
        cells: [
          userName,
          name,
          accessText({ active: true, role, access }, accessModel, t),
          limit === null ? '' : number(limit),
          grantedBy === null ? '' : t('review.grant', { by: grantedBy.by, date: time(grantedBy.at) }),
        ],
      };
    });
}

/** Writes the differences between two days as the cells of the table and of the file. */
function useChanges() {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  const text = ({ role, access }: ReviewEntry, { number }: Notation) => {
    const limit = limitOf(access);
    const words = accessText({ active: true, role, access }, accessModel, t);
    return limit === null ? words : t('review.withLimit', { access: words, limit: number(limit) });
  };
  /** @param isWanted whether the filters match the access on one of the days */
  return (
    before: readonly ReviewEntry[],
    after: readonly ReviewEntry[],
    isWanted: (entry: ReviewEntry) => boolean,
    notation = ON_SCREEN,
  ) =>
    differences(before, after)
      .filter(
        (difference) =>
          isWanted(difference.entry) || (difference.kind === 'changed' && isWanted(difference.before)),
      )
      .map((difference) => ({
        id: difference.entry.memberId,
        cells: [
          difference.entry.userName,
          t(`review.${difference.kind}`),
          difference.kind === 'joined'
            ? '–'
            : text(difference.kind === 'changed' ? difference.before : difference.entry, notation),
          difference.kind === 'left' ? '–' : text(difference.entry, notation),
        ],
      }));
}
