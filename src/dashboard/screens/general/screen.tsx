import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import type { AssignableRole, SeatType } from '../../app/schema.generated.js';
import { useUnsavedInput } from '../../app/unsaved-input.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { CopyText } from '../../ui/copy.js';
import { Select, TextField } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Facts, Page, Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { Forbidden } from '../forbidden.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import { seatOf } from '../members/person.js';
import { GeneralDocument, type GeneralPartsFragment, GeneralUpdateDocument } from './general.generated.js';

const ROLES: readonly AssignableRole[] = ['ADMIN', 'EDITOR', 'VIEWER'];
const SEAT_TYPES: readonly SeatType[] = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'];
const NO_SEAT = 'NONE';

/** Settings → General. */
export default function GeneralScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.update.allowed;
  const [query, reload] = useQuery({ query: GeneralDocument, variables: { workspaceId }, pause: !isOpen });
  if (!isOpen) return <Forbidden title={t('general.title')} ability={viewerCan.update} />;
  return (
    <Page title={t('general.title')}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) =>
          workspace !== null && (
            <>
              <Settings key={workspace.version} workspace={workspace} />
              <AboutPanel workspace={workspace} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface WorkspaceProps {
  readonly workspace: GeneralPartsFragment;
}

function Settings({ workspace }: WorkspaceProps) {
  const t = useMessages();
  const { viewerCan } = useWorkspace();
  const { id: workspaceId, version, accessModel, defaultAccess } = workspace;
  const [name, setName] = useState(workspace.name);
  const role = ROLES.find(
    (known) => defaultAccess !== null && 'role' in defaultAccess && defaultAccess.role === known,
  );
  const [defaultRole, setDefaultRole] = useState<AssignableRole | null>(role ?? null);
  const [seat, setSeat] = useState<SeatType | typeof NO_SEAT>(seatOf(defaultAccess) ?? NO_SEAT);
  useUnsavedInput(name.trim() !== workspace.name);
  const { send, failure, isSaving } = useChange();
  const save = async () => {
    const input = {
      workspaceId,
      expectedVersion: version,
      name: name.trim(),
      ...(accessModel === 'V2'
        ? { ...(defaultRole === null ? {} : { defaultRole }) }
        : { defaultSeatType: seat === NO_SEAT ? null : seat }),
    };
    if ((await send(GeneralUpdateDocument, { input })) !== null) showToast({ text: t('general.saved') });
  };
  return (
    <Panel title={t('general.settings')}>
      <TextField label={t('general.name')} value={name} onChange={setName} error={errorAt(failure, 'name')} />
      {accessModel === 'V2' ? (
        <Select<AssignableRole>
          label={t('general.defaultRole')}
          description={t('general.defaultHint')}
          choices={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={defaultRole}
          onChange={setDefaultRole}
          error={errorAt(failure, 'defaultRole')}
        />
      ) : (
        <Select<SeatType | typeof NO_SEAT>
          label={t('general.defaultSeat')}
          description={t('general.defaultHint')}
          choices={[
            { value: NO_SEAT, label: t('access.noSeat') },
            ...SEAT_TYPES.map((value) => ({ value, label: t(`seat.${value}`) })),
          ]}
          value={seat}
          onChange={setSeat}
          error={errorAt(failure, 'defaultSeatType')}
        />
      )}
      <FailureNotice failure={failure} fields={['name', 'defaultRole', 'defaultSeatType']} />
      <div>
        <AbleButton ability={viewerCan.update} kind="primary" onPress={save} isPending={isSaving}>
          {t('dialog.save')}
        </AbleButton>
      </div>
    </Panel>
  );
}

function AboutPanel({ workspace: { id, plan, accessModel, createdAt } }: WorkspaceProps) {
  const t = useMessages();
  return (
    <Panel title={t('general.about')}>
      <Facts
        facts={[
          [t('general.id'), <CopyText key="id" value={id} label={t('general.id')} />],
          [t('general.plan'), `${t(`plan.${plan}`)}. ${t('general.planHint')}`],
          [t('general.version'), `${accessModel}. ${t(`general.version.${accessModel}`)}`],
          [t('general.created'), <Time key="created" at={createdAt} form="date" />],
        ]}
      />
    </Panel>
  );
}
