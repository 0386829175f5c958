import { useMessages } from '../../app/messages.js';
import { SearchField, Select, TextField } from '../../ui/field.js';
import styles from './provisioning.module.css';
import { CLIENTS, CODES, OUTCOMES, type RequestView } from './view.js';

interface FiltersProps {
  readonly view: RequestView;
  readonly onChange: (change: Partial<RequestView>) => void;
}

/** The key of the item for all values, because React Aria's lists have no empty key. */
const ANY = 'ANY';

/** The filters of the requests. */
export function Filters({ view, onChange }: FiltersProps) {
  const t = useMessages();
  const filter = (
    name: 'outcome' | 'code' | 'client',
    choices: readonly { readonly value: string; readonly label: string }[],
  ) => (
    <Select<string>
      label={t(`provisioning.filter.${name}`)}
      choices={[{ value: ANY, label: t('audit.any') }, ...choices]}
      value={view[name] === '' ? ANY : view[name]}
      onChange={(value) => onChange({ [name]: value === ANY ? '' : value })}
    />
  );
  const day = (name: 'since' | 'until') => (
    <TextField
      label={t(`audit.${name}`)}
      type="date"
      value={view[name]}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <div className={styles.filters}>
      <SearchField
        label={t('provisioning.filter.search')}
        value={view.search}
        onChange={(search) => onChange({ search })}
      />
      <TextField
        label={t('provisioning.filter.reference')}
        placeholder="7F3K-Q2M9"
        value={view.reference}
        onChange={(reference) => onChange({ reference })}
      />
      {filter(
        'outcome',
        OUTCOMES.map((value) => ({ value, label: t(`provisioning.outcome.${value}`) })),
      )}
      {filter(
        'code',
        CODES.map((value) => ({ value, label: value })),
      )}
      <TextField
        label={t('provisioning.filter.status')}
        inputMode="numeric"
        value={view.status}
        onChange={(status) => onChange({ status })}
      />
      {filter(
        'client',
        CLIENTS.map((value) => ({ value, label: t(`provisioning.client.${value}`) })),
      )}
      {day('since')}
      {day('until')}
    </div>
  );
}
