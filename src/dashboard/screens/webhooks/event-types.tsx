import { useMessages } from '../../app/messages.js';
import { Checkbox } from '../../ui/field.js';
import type { WebhooksQuery } from './webhooks.generated.js';
import styles from './webhooks.module.css';

export type EventTypes = WebhooksQuery['webhookEventTypes'];

interface EventTypesFieldProps {
  readonly types: EventTypes;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly error: string | undefined;
}

/** The event type that stands for all. */
const ALL = '*';

function groupOf(name: string): string {
  return `${name.slice(0, name.indexOf('.'))}.*`;
}

/** Which events are sent: all, all of some groups, or single ones. A choice that a wider one covers cannot be changed. */
export function EventTypesField({ types, chosen, onChange, error }: EventTypesFieldProps) {
  const t = useMessages();
  const groups = Map.groupBy(types, ({ name }) => groupOf(name));
  const box = (name: string, covered: boolean, description: string) => (
    <Checkbox
      isSelected={covered || chosen.includes(name)}
      isDisabled={covered}
      onChange={(isChosen) =>
        onChange(isChosen ? [...chosen, name] : chosen.filter((other) => other !== name))
      }
    >
      <span>
        {description} <code>{name}</code>
      </span>
    </Checkbox>
  );
  const hasAll = chosen.includes(ALL);
  return (
    <>
      <fieldset className={styles.types}>
        <legend>{t('webhooks.events')}</legend>
        {box(ALL, false, t('webhooks.allEvents'))}
        {[...groups].map(([group, members]) => (
          <div key={group} className={styles.group}>
            {box(group, hasAll, t('webhooks.group'))}
            {members.map(({ name, description }) => (
              <div key={name} className={styles.single}>
                {box(name, hasAll || chosen.includes(group), description)}
              </div>
            ))}
          </div>
        ))}
      </fieldset>
      {error !== undefined && <p className={styles.error}>{error}</p>}
    </>
  );
}

/** The chosen event types of a webhook. */
export function EventTypesText({ types }: { readonly types: readonly string[] }) {
  const t = useMessages();
  return types.includes(ALL) ? t('webhooks.allEvents') : <code>{types.join(', ')}</code>;
}
