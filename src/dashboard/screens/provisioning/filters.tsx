import { formatTime } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { DayField, SearchField, Select, TextField } from '../../ui/field.js';
import { CloseIcon } from '../../ui/icons.js';
import { ProvisioningKeysDocument, ProvisioningTargetDocument } from './provisioning.generated.js';
import styles from './provisioning.module.css';
import { CLIENTS, CODES, hasPart, isStatus, OPERATIONS, OUTCOMES, type RequestView } from './view.js';

interface FiltersProps {
  readonly view: RequestView;
  readonly onChange: (change: Partial<RequestView>) => void;
}

/** The key of the item for all values, because React Aria's lists have no empty key. */
const ANY = 'ANY';

/** The filters of the requests. */
export function Filters({ view, onChange }: FiltersProps) {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const [{ data }] = useQuery({
    query: ProvisioningKeysDocument,
    variables: { workspaceId },
    pause: !viewerCan.manageApiKeys.allowed,
  });
  const keys = data?.workspace?.apiKeys?.nodes ?? [];
  const filter = (
    name: 'outcome' | 'code' | 'client' | 'operation' | 'key',
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
    <DayField
      label={t(`audit.${name}`)}
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
        CODES.map((value) => ({ value, label: t(`provisioning.code.${value}`) })),
      )}
      <TextField
        label={t('provisioning.filter.status')}
        inputMode="numeric"
        value={view.status}
        onChange={(status) => onChange({ status })}
        error={view.status === '' || isStatus(view.status) ? undefined : t('provisioning.filter.noStatus')}
      />
      {filter(
        'client',
        CLIENTS.map((value) => ({ value, label: t(`provisioning.client.${value}`) })),
      )}
      {filter(
        'operation',
        OPERATIONS.map((value) => ({ value, label: t(`provisioning.operation.${value}`) })),
      )}
      {keys.length > 0 &&
        filter(
          'key',
          keys.map(({ id, name }) => ({ value: id, label: name })),
        )}
      {day('since')}
      {day('until')}
      {hasPart(view) && (
        <Chosen
          text={t('provisioning.part', { from: formatTime(view.from), to: formatTime(view.to) })}
          onClear={() => onChange({ from: '', to: '' })}
        />
      )}
      {view.target !== '' && <Target id={view.target} onClear={() => onChange({ target: '' })} />}
    </div>
  );
}

interface ChosenProps {
  readonly text: string;
  readonly onClear: () => void;
}

/** A filter that was chosen elsewhere, and can be cleared here. */
function Chosen({ text, onClear }: ChosenProps) {
  const t = useMessages();
  return (
    <Button onPress={onClear} aria-label={t('provisioning.clear', { text })}>
      {text}
      <CloseIcon />
    </Button>
  );
}

/** The member or group that the requests are about. */
function Target({ id, onClear }: { readonly id: string; readonly onClear: () => void }) {
  const t = useMessages();
  const [{ data }] = useQuery({ query: ProvisioningTargetDocument, variables: { id } });
  const node = data?.node ?? {};
  const found = 'userName' in node ? node.userName : 'displayName' in node ? node.displayName : null;
  const name = found ?? t('provisioning.deleted');
  return <Chosen text={t('provisioning.onlyAbout', { name })} onClear={onClear} />;
}
