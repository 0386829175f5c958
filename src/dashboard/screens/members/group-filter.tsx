import { useEffect, useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { ComboBox } from '../../ui/combo.js';
import { useDelayed } from './delayed.js';
import { GroupChoicesDocument, GroupNameDocument } from './members.generated.js';

interface GroupFilterProps {
  readonly groupId: string | null;
  readonly onChange: (groupId: string | null) => void;
}

/** Filters by a group, which is found by typing its name. */
export function GroupFilter({ groupId, onChange }: GroupFilterProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [text, setText] = useState('');
  const search = useDelayed(text);
  const [{ data }] = useQuery({ query: GroupChoicesDocument, variables: { workspaceId, search } });
  const chosen = useGroupName(groupId);
  // A link from a colleague has the id of the group only.
  useEffect(() => setText(chosen ?? ''), [chosen]);

  const type = (typed: string) => {
    setText(typed);
    if (typed === '' && groupId !== null) onChange(null);
  };
  const groups = data?.workspace?.groups?.nodes ?? [];
  return (
    <ComboBox
      label={t('filter.group')}
      placeholder={t('filter.anyGroup')}
      choices={groups.map(({ id, displayName }) => ({ value: id, label: displayName }))}
      value={groupId}
      onChange={(value) => {
        if (value !== null && value !== groupId) onChange(value);
      }}
      text={text}
      onType={type}
      emptyText={t('filter.noGroup')}
    />
  );
}

function useGroupName(groupId: string | null): string | null {
  const variables = { groupId: groupId ?? '' };
  const [{ data }] = useQuery({ query: GroupNameDocument, variables, pause: groupId === null });
  if (groupId === null || data?.node == null) return null;
  return 'displayName' in data.node ? data.node.displayName : null;
}
