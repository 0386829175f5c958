import { useState } from 'react';
import { useLiveQuery } from '../../app/live.js';
import { type Translate, useMessages } from '../../app/messages.js';
import type { AccessModel, AssignableRole, SeatType } from '../../app/schema.generated.js';
import { useUnsavedInput } from '../../app/unsaved-input.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { CopyText } from '../../ui/copy.js';
import { Select, TextField } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { Notice } from '../../ui/notice.js';
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
  const [query, reload] = useLiveQuery({
    query: GeneralDocument,
    variables: { workspaceId },
    pause: !isOpen,
  });
  if (!isOpen) return <Forbidden title={t('general.title')} ability={viewerCan.update} />;
  return (
    <Page title={t('general.title')}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) =>
          workspace !== null && (
            <>
              <Settings workspace={workspace} />
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

/** The values of the form. */
interface Values {
  readonly name: string;
  readonly defaultRole: AssignableRole | null;
  readonly seat: SeatType | typeof NO_SEAT;
}

function valuesOf({ name, defaultAccess }: GeneralPartsFragment): Values {
  const role = ROLES.find(
    (known) => defaultAccess !== null && 'role' in defaultAccess && defaultAccess.role === known,
  );
  return { name, defaultRole: role ?? null, seat: seatOf(defaultAccess) ?? NO_SEAT };
}

function accessOf({ defaultRole, seat }: Values, model: AccessModel, t: Translate): string {
  if (model === 'V2') return defaultRole === null ? t('members.noAccess') : t(`role.${defaultRole}`);
  return t(seat === NO_SEAT ? 'access.noSeat' : `seat.${seat}`);
}

/** The form keeps what was typed when others change the settings, and says so. */
function Settings({ workspace }: WorkspaceProps) {
  const t = useMessages();
  const { viewerCan } = useWorkspace();
  const { id: workspaceId, version, accessModel } = workspace;
  const [draft, setDraft] = useState<Partial<Values>>({});
  const [before, setBefore] = useState(workspace);
  const now = valuesOf(workspace);
  const { name, defaultRole, seat } = { ...now, ...draft };
  const isEdited = Object.keys(draft).length > 0;
  const edit = (part: Partial<Values>) => {
    if (!isEdited) setBefore(workspace);
    setDraft({ ...draft, ...part });
  };
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
    if ((await send(GeneralUpdateDocument, { input })) === null) return;
    setDraft({});
    showToast({ text: t('general.saved') });
  };
  return (
    <Panel title={t('general.settings')}>
      <TextField
        label={t('general.name')}
        value={name}
        onChange={(text) => edit({ name: text })}
        error={errorAt(failure, 'name')}
      />
      {accessModel === 'V2' ? (
        <Select<AssignableRole>
          label={t('general.defaultRole')}
          description={t('general.defaultHint')}
          choices={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={defaultRole}
          onChange={(role) => edit({ defaultRole: role })}
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
          onChange={(chosen) => edit({ seat: chosen })}
          error={errorAt(failure, 'defaultSeatType')}
        />
      )}
      {isEdited && before.version !== version && (
        <Notice
          tone="warning"
          title={t('general.changedMeanwhile', { name: now.name, access: accessOf(now, accessModel, t) })}
          hint={t('general.changedHint')}
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
