import { Button } from '../ui/button.js';
import { CloseIcon } from '../ui/icons.js';
import { Progress } from '../ui/progress.js';
import { dismissJob, type Job, useJobs } from './jobs.js';
import styles from './jobs-panel.module.css';
import { useMessages } from './messages.js';

/** The progress of long jobs, beside every screen. */
export function JobsPanel() {
  const t = useMessages();
  const jobs = useJobs();
  if (jobs.length === 0) return null;
  return (
    <section className={styles.panel} aria-label={t('jobs.title')}>
      {jobs.map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </section>
  );
}

function JobCard({ job: { id, label, done, total, paused, outcome } }: { readonly job: Job }) {
  const t = useMessages();
  if (outcome === undefined) {
    return (
      <div className={styles.job}>
        <Progress label={label} done={done} total={total} />
        {paused !== undefined && (
          <>
            <p role="alert">{paused.reason}</p>
            <div className={styles.actions}>
              <Button onPress={paused.goOn}>{t('jobs.goOn')}</Button>
              <Button onPress={paused.stop}>{t('jobs.stop')}</Button>
            </div>
          </>
        )}
      </div>
    );
  }
  const { summary, isFailure = false, details = [], action } = outcome;
  return (
    <div className={isFailure ? `${styles.job} ${styles.failed}` : styles.job} role="status">
      <div className={styles.line}>
        <p>{summary}</p>
        <Button kind="icon" aria-label={t('toast.close')} onPress={() => dismissJob(id)}>
          <CloseIcon />
        </Button>
      </div>
      {details.length > 0 && (
        <ul className={styles.details}>
          {details.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {action !== undefined && (
        <Button
          onPress={() => {
            if (action.keepsJob !== true) dismissJob(id);
            action.onPress();
          }}
        >
          {action.label}
        </Button>
      )}
    </div>
  );
}
