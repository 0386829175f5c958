import { actionText } from '../../app/audit-action.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { DayField, SearchField, Select } from '../../ui/field.js';
import { AuditActionsDocument } from './audit-log.generated.js';
import styles from './audit-log.module.css';
import { ACTOR_TYPES, type AuditView, CHANNELS } from './view.js';

interface FiltersProps {
  readonly view: AuditView;
  readonly onChange: (change: Partial<AuditView>) => void;
}

/** The key of the item for all values, because React Aria's lists have no empty key. */
const ANY = 'ANY';

/** The filters of the audit log. */
export function Filters({ view, onChange }: FiltersProps) {
  const t = useMessages();
  const [{ data }] = useQuery({ query: AuditActionsDocument });
  const filter = (
    name: 'action' | 'channel' | 'actor',
    choices: readonly { readonly value: string; readonly label: string }[],
  ) => (
    <Select<string>
      label={t(`audit.${name}`)}
      choices={[{ value: ANY, label: t('audit.any') }, ...choices]}
      value={view[name] === '' ? ANY : view[name]}
      onChange={(value) => onChange({ [name]: value === ANY ? '' : value })}
    />
  );
  return (
    <div className={styles.filters}>
      <SearchField
        label={t('audit.search')}
        value={view.search}
        onChange={(search) => onChange({ search })}
      />
      {filter(
        'action',
        (data?.auditActions ?? []).map(({ name }) => ({ value: name, label: actionText(name, t) })),
      )}
      {filter(
        'channel',
        CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) })),
      )}
      {filter(
        'actor',
        ACTOR_TYPES.map((value) => ({ value, label: t(`audit.actor.${value}`) })),
      )}
      <DayField label={t('audit.since')} value={view.since} onChange={(since) => onChange({ since })} />
      <DayField label={t('audit.until')} value={view.until} onChange={(until) => onChange({ until })} />
    </div>
  );
}
