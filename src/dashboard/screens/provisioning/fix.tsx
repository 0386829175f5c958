import { useMessages } from '../../app/messages.js';
import type { FixPartsFragment } from './provisioning.generated.js';
import styles from './provisioning.module.css';

/** A fix: a sentence, and the screens to visit in order. */
export function Fix({ fix: { summary, steps } }: { readonly fix: FixPartsFragment }) {
  const t = useMessages();
  return (
    <div>
      <p>{t('provisioning.fix', { summary })}</p>
      <ol className={styles.fix}>
        {steps.map(({ screen, do: action }) => (
          <li key={`${screen} ${action}`}>
            <span className={styles.screen}>{screen}</span>: {action}
          </li>
        ))}
      </ol>
    </div>
  );
}
