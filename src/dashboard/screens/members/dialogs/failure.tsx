import { formatNumber } from '../../../app/formats.js';
import { type Translate, useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Notice } from '../../../ui/notice.js';
import { errorAt, type Failure } from '../change.js';
import { accessText, limitOf, type MemberRow, nameOf } from '../person.js';
import styles from './failure.module.css';

interface FailureNoticeProps {
  readonly failure: Failure | null;
  /** The fields of the dialog, which show their own refusals. */
  readonly fields?: readonly string[];
  /** What to do after a lost answer, for changes that can be made twice. */
  readonly offlineHint?: string | undefined;
}

/** Why a change of a member was not made, above the dialog's buttons. */
export function FailureNotice({ failure, fields = [], offlineHint }: FailureNoticeProps) {
  const t = useMessages();
  if (failure === null) return null;
  if (failure.kind === 'offline')
    return <Notice tone="danger" title={t('state.offline')} hint={offlineHint ?? t('change.offlineHint')} />;
  if (failure.kind === 'conflict') return <Conflict before={failure.before} now={failure.now} />;
  if (fields.some((field) => errorAt(failure, field) !== undefined)) return null;
  return <Notice tone="danger" title={failure.refusal.message} hint={failure.refusal.hint} />;
}

/** The changes of another person while the dialog was open. */
function Conflict({ before, now }: { readonly before: MemberRow; readonly now: MemberRow }) {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  const facts = (member: MemberRow): readonly (readonly [string, string])[] => [
    [t('members.column.person'), nameOf(member)],
    [t('members.userName'), member.userName],
    [t('members.column.access'), accessText(member, accessModel, t)],
    [t('members.column.limit'), limitText(member, t)],
    [t('members.column.status'), t(member.active ? 'status.active' : 'status.inactive')],
  ];
  const was = new Map(facts(before));
  const differences = facts(now).filter(([name, value]) => was.get(name) !== value);
  return (
    <Notice
      tone="warning"
      title={t('conflict.title', { name: nameOf(now) })}
      hint={
        <>
          {differences.length === 0 && <span>{t('conflict.elsewhere')} </span>}
          {differences.map(([name, value]) => (
            <span key={name} className={styles.difference}>
              {t('conflict.difference', { name, before: was.get(name) ?? '', now: value })}
            </span>
          ))}
          {t('conflict.choice')}
        </>
      }
    />
  );
}

function limitText({ access }: MemberRow, t: Translate): string {
  const limit = limitOf(access);
  return limit === null ? t('members.noLimit') : formatNumber(limit);
}
