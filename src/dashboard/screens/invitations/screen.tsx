import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { formatNumber } from '../../app/formats.js';
import { useJobs } from '../../app/jobs.js';
import { useLiveList } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useKnownPage } from '../../app/parameters.js';
import type { InvitationStatus } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button, LinkButton } from '../../ui/button.js';
import { SearchField, Select } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Pager } from '../../ui/pager.js';
import { Page, Total } from '../../ui/panel.js';
import { ChangedNotice } from '../changed-notice.js';
import { useDelayed } from '../members/delayed.js';
import { InvitationsDocument } from './invitations.generated.js';
import styles from './invitations.module.css';
import { InviteDialog, type InviteKind, type Issued, IssuedDialog } from './invite.js';
import { InvitationsTable } from './rows.js';
import { UndeliveredNotice } from './undelivered.js';

const PAGE_SIZE = 50;
const ALL = 'ALL';
const STATUSES: readonly InvitationStatus[] = ['PENDING', 'EXPIRED', 'ACCEPTED', 'REVOKED', 'SUPERSEDED'];

/** Settings → Invitations. The search, the status and the page are in the URL. */
export default function InvitationsScreen() {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [parameters, setParameters] = useSearchParams();
  const status = STATUSES.find((known) => known.toLowerCase() === parameters.get('status')) ?? 'PENDING';
  const isAll = parameters.get('status') === 'all';
  const after = parameters.get('after');
  const text = parameters.get('search') ?? '';
  const search = useDelayed(text.trim());
  const filter = {
    ...(isAll ? {} : { status: { eq: status } }),
    ...(search === '' ? {} : { email: { contains: search } }),
  };
  const change = (changes: Readonly<Record<string, string>>, replace = false) =>
    setParameters((now) => changedBy(now, changes), { replace });
  const live = useLiveList(
    { query: InvitationsDocument, variables: { workspaceId, filter, first: PAGE_SIZE, after } },
    ({ workspace }) => workspace?.invitations?.nodes,
  );
  const { query, show: refresh } = live;
  useKnownPage(query.error);
  const [dialog, setDialog] = useState<InviteKind | null>(parameters.has('invite') ? 'mail' : null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const invitations = query.data?.workspace?.invitations;
  const endedJobs = useJobs().filter(({ outcome }) => outcome !== undefined).length;
  // A list that was on its way when the job sent its last part lacks those people.
  useEffect(() => {
    if (endedJobs > 0) refresh();
  }, [endedJobs, refresh]);

  const close = () => {
    setDialog(null);
    if (parameters.has('invite')) setParameters({}, { replace: true });
  };
  // After a lost answer the list has what the dialog does not know of.
  const cancel = () => {
    close();
    refresh();
  };
  const show = (created: Issued) => {
    close();
    setIssued(created);
    refresh();
  };
  return (
    <Page
      title={t('invitations.title')}
      lead={
        invitations && (
          <Total>
            {t('invitations.total', {
              formatted: formatNumber(invitations.totalCount),
              count: invitations.totalCount,
            })}
          </Total>
        )
      }
      actions={
        <>
          <Button onPress={() => setDialog('link')}>{t('invite.link.title')}</Button>
          <LinkButton href={`/workspace/${workspaceId}/settings/invitations/csv`}>
            {t('members.bulkInvite')}
          </LinkButton>
          <Button kind="primary" onPress={() => setDialog('mail')}>
            {t('members.invite')}
          </Button>
        </>
      }
    >
      <div className={styles.toolbar}>
        <SearchField
          label={t('invitations.search')}
          value={text}
          onChange={(typed) => change({ search: typed, after: '' }, text !== '')}
        />
        <Select<InvitationStatus | typeof ALL>
          label={t('filter.status')}
          isLabelHidden
          choices={[
            ...STATUSES.map((value) => ({ value, label: t(`invitation.${value}`) })),
            { value: ALL, label: t('invitations.all') },
          ]}
          value={isAll ? ALL : status}
          onChange={(value) => change({ status: value === 'PENDING' ? '' : value.toLowerCase(), after: '' })}
        />
      </div>
      <ChangedNotice live={live} />
      <UndeliveredNotice count={query.data?.workspace?.undelivered?.totalCount ?? 0} onResent={refresh} />
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) =>
          workspace?.invitations == null ? null : workspace.invitations.nodes.length === 0 ? (
            <Empty
              title={t(
                isAll || status !== 'PENDING' || search !== ''
                  ? 'invitations.none'
                  : 'invitations.nonePending',
              )}
              actions={<Button onPress={() => setDialog('mail')}>{t('members.invite')}</Button>}
            >
              {t('invitations.noneHint')}
            </Empty>
          ) : (
            <InvitationsTable invitations={workspace.invitations.nodes} onIssued={show} />
          )
        }
      </Loaded>
      {invitations != null && (after !== null || invitations.pageInfo.hasNextPage) && (
        <Pager
          first={after === null ? null : () => change({ after: '' })}
          next={
            invitations.pageInfo.hasNextPage
              ? () => change({ after: invitations.pageInfo.endCursor ?? '' })
              : null
          }
        />
      )}
      {dialog !== null && <InviteDialog kind={dialog} onClose={cancel} onIssued={show} />}
      {issued !== null && <IssuedDialog issued={issued} onClose={() => setIssued(null)} />}
    </Page>
  );
}

/** The parameters with other values; an empty text removes one. */
function changedBy(parameters: URLSearchParams, changes: Readonly<Record<string, string>>): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}
