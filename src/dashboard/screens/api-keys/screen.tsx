import { useState } from 'react';
import { formatTime } from '../../app/formats.js';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Menu } from '../../ui/menu.js';
import { Badge, Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time, useNow } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { Forbidden } from '../forbidden.js';
import { useDirectChange } from '../invitations/change.js';
import { blockedBecause } from '../members/row-menu.js';
import { usePages } from '../pages.js';
import { type ApiKeyRowFragment, ApiKeysDocument, ApiKeyUpdateDocument } from './api-keys.generated.js';
import { CreateDialog } from './create.js';
import { DeleteDialog, RotateKeyDialog, SecretDialog } from './dialogs.js';

type OpenDialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'rotate' | 'delete'; readonly apiKey: ApiKeyRowFragment }
  | { readonly kind: 'secret'; readonly secret: string; readonly text: string };

/** Settings → API keys. */
export default function ApiKeysScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.manageApiKeys.allowed;
  const { after, pager } = usePages();
  const [query, reload] = useLiveQuery({
    query: ApiKeysDocument,
    variables: { workspaceId, after },
    pause: !isOpen,
  });
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  // After a lost answer the list has what the dialog does not know of.
  const close = () => {
    refresh();
    setDialog(null);
  };
  if (!isOpen) return <Forbidden title={t('apiKeys.title')} ability={viewerCan.manageApiKeys} />;
  const showSecret = (secret: string, text: string) => {
    refresh();
    setDialog({ kind: 'secret', secret, text });
  };
  const create = (
    <Button kind="primary" onPress={() => setDialog({ kind: 'create' })}>
      {t('apiKeys.create')}
    </Button>
  );
  return (
    <Page title={t('apiKeys.title')} actions={create}>
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) => {
          const keys = workspace?.apiKeys;
          if (keys == null) return null;
          if (keys.nodes.length === 0)
            return <Empty title={t('apiKeys.none')}>{t('apiKeys.noneHint')}</Empty>;
          return (
            <>
              <KeysTable keys={keys.nodes} onOpen={(kind, apiKey) => setDialog({ kind, apiKey })} />
              {pager(keys.pageInfo)}
            </>
          );
        }}
      </Loaded>
      {dialog?.kind === 'create' && (
        <CreateDialog onClose={close} onCreated={(secret) => showSecret(secret, t('apiKeys.secret.text'))} />
      )}
      {dialog?.kind === 'rotate' && (
        <RotateKeyDialog
          apiKey={dialog.apiKey}
          onClose={close}
          onRotated={(secret, oldUntil) =>
            showSecret(secret, t('apiKeys.secret.rotated', { time: formatTime(oldUntil) }))
          }
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog apiKey={dialog.apiKey} onClose={close} onChanged={refresh} />
      )}
      {dialog?.kind === 'secret' && (
        <SecretDialog secret={dialog.secret} text={dialog.text} onClose={close} />
      )}
    </Page>
  );
}

interface KeysTableProps {
  readonly keys: readonly ApiKeyRowFragment[];
  readonly onOpen: (kind: 'rotate' | 'delete', apiKey: ApiKeyRowFragment) => void;
}

function KeysTable({ keys, onOpen }: KeysTableProps) {
  const t = useMessages();
  return (
    <PlainTable
      label={t('apiKeys.title')}
      columns={[
        t('apiKeys.name'),
        t('apiKeys.scopes'),
        t('apiKeys.state'),
        t('apiKeys.expiry'),
        t('apiKeys.lastUsed'),
        t('members.column.actions'),
      ]}
      rows={keys.map((apiKey) => ({
        id: apiKey.id,
        cells: [
          <div key="name">
            <strong>{apiKey.name}</strong>
            <div>{apiKey.description}</div>
            <code>{apiKey.prefix}…</code>
          </div>,
          apiKey.scopes.map((scope) => t(`apiKeys.scope.${scope}`)).join(', '),
          <div key="state">
            <State apiKey={apiKey} />
            <Overlap until={apiKey.oldSecretWorksUntil} />
          </div>,
          apiKey.expiresAt === null ? t('apiKeys.never') : <Time key="expiry" at={apiKey.expiresAt} />,
          apiKey.lastUsedAt === null ? (
            t('apiKeys.unused')
          ) : (
            <div key="used">
              <Time at={apiKey.lastUsedAt} form="ago" />
              <div>{apiKey.lastUsedFrom}</div>
            </div>
          ),
          <KeyMenu key="menu" apiKey={apiKey} onOpen={onOpen} />,
        ],
      }))}
    />
  );
}

function State({ apiKey: { enabled, expiresAt } }: { readonly apiKey: ApiKeyRowFragment }) {
  const t = useMessages();
  if (!enabled) return <Badge>{t('apiKeys.disabled')}</Badge>;
  if (expiresAt !== null && new Date(expiresAt).getTime() <= Date.now())
    return <Badge tone="danger">{t('apiKeys.expired')}</Badge>;
  return <Badge tone="success">{t('apiKeys.enabled')}</Badge>;
}

/** How long the old secret of a key that was rotated keeps working. */
function Overlap({ until }: { readonly until: string | null }) {
  const t = useMessages();
  const now = useNow();
  if (until === null || Date.parse(until) <= now) return null;
  return (
    <div>
      {t('apiKeys.oldSecret')} <Time at={until} form="ago" now={now} />
    </div>
  );
}

function KeyMenu({
  apiKey,
  onOpen,
}: Pick<KeysTableProps, 'onOpen'> & { readonly apiKey: ApiKeyRowFragment }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const send = useDirectChange();
  const { id, name, enabled, viewerCan } = apiKey;
  const toggle = async () => {
    const input = { workspaceId, apiKeyId: id, enabled: !enabled };
    if ((await send(ApiKeyUpdateDocument, { input })) !== null)
      showToast({ text: t(enabled ? 'apiKeys.isDisabled' : 'apiKeys.isEnabled', { name }) });
  };
  return (
    <Menu
      label={t('action.menu', { name })}
      actions={[
        {
          id: 'rotate',
          label: t('apiKeys.rotate'),
          blockedBecause: blockedBecause(viewerCan.rotate, t),
          onAction: () => onOpen('rotate', apiKey),
        },
        {
          id: 'toggle',
          label: t(enabled ? 'apiKeys.disable' : 'apiKeys.enable'),
          blockedBecause: blockedBecause(viewerCan.update, t),
          onAction: toggle,
        },
        {
          id: 'delete',
          label: t('apiKeys.delete'),
          blockedBecause: blockedBecause(viewerCan.delete, t),
          isDanger: true,
          onAction: () => onOpen('delete', apiKey),
        },
      ]}
    />
  );
}
