import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { formatNumber } from '../../app/formats.js';
import { useLiveList } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { SearchField, TextField } from '../../ui/field.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { ChangedNotice } from '../changed-notice.js';
import { Forbidden } from '../forbidden.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { useDelayed } from '../members/delayed.js';
import { usePages } from '../pages.js';
import { grantText } from './grant.js';
import { GroupCreateDocument, GroupsDocument } from './groups.generated.js';

/** Settings → Groups. The search is in the URL. */
export default function GroupsScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readMembers.allowed;
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get('search') ?? '';
  const search = useDelayed(text);
  const { after, pager, restart } = usePages();
  const live = useLiveList(
    {
      query: GroupsDocument,
      variables: {
        workspaceId,
        after,
        filter: search === '' ? {} : { displayName: { contains: search } },
      },
      pause: !isOpen,
    },
    ({ workspace }) => workspace?.groups?.nodes,
  );
  const [isCreating, setCreating] = useState(false);
  if (!isOpen) return <Forbidden title={t('groups.title')} ability={viewerCan.readMembers} />;
  const type = (typed: string) => {
    restart();
    setParameters(typed === '' ? {} : { search: typed }, { replace: true });
  };
  return (
    <Page
      title={t('groups.title')}
      lead={t('groups.lead')}
      actions={
        <AbleButton ability={viewerCan.createGroup} kind="primary" onPress={() => setCreating(true)}>
          {t('groups.create')}
        </AbleButton>
      }
    >
      <SearchField label={t('groups.search')} value={text} onChange={type} />
      <ChangedNotice live={live} />
      <Loaded query={live.query} onRetry={live.show}>
        {({ workspace }) => {
          const groups = workspace?.groups;
          if (groups == null) return null;
          if (groups.nodes.length === 0)
            return (
              <Empty title={t(search === '' ? 'groups.empty' : 'groups.none')}>{t('groups.hint')}</Empty>
            );
          return (
            <>
              <PlainTable
                label={t('groups.title')}
                columns={[
                  t('groups.name'),
                  t('groups.grant'),
                  t('groups.members'),
                  t('members.column.updatedAt'),
                ]}
                rows={groups.nodes.map(({ id, displayName, grants, members, updatedAt }) => ({
                  id,
                  cells: [
                    <TextLink key="name" href={`/workspace/${workspaceId}/settings/groups/${id}`}>
                      {displayName}
                    </TextLink>,
                    grantText(grants, t),
                    formatNumber(members?.totalCount ?? 0),
                    <Time key="updated" at={updatedAt} form="date" />,
                  ],
                }))}
              />
              {pager(groups.pageInfo)}
            </>
          );
        }}
      </Loaded>
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [, navigate] = useLocation();
  const [displayName, setDisplayName] = useState('');
  const { send, failure, isSaving } = useChange();
  const create = async () => {
    const answer = await send(GroupCreateDocument, { input: { workspaceId, displayName } });
    if (answer?.groupCreate != null) navigate(`/settings/groups/${answer.groupCreate.group.id}`);
  };
  return (
    <FormDialog
      title={t('groups.create')}
      confirm={t('groups.create')}
      onClose={onClose}
      onSubmit={create}
      failure={failure}
      fields={['displayName']}
      isSaving={isSaving}
    >
      <TextField
        label={t('groups.name')}
        value={displayName}
        onChange={setDisplayName}
        error={errorAt(failure, 'displayName')}
        autoFocus
      />
    </FormDialog>
  );
}
