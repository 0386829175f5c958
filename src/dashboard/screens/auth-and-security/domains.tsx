import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { TextField } from '../../ui/field.js';
import { Menu } from '../../ui/menu.js';
import { Badge } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { FailureNotice } from '../members/dialogs/failure.js';
import {
  type DomainPartsFragment,
  SsoDomainAddDocument,
  SsoDomainRemoveDocument,
  SsoDomainVerifyDocument,
} from './auth-and-security.generated.js';

interface DomainsPanelProps {
  readonly domains: readonly DomainPartsFragment[];
  readonly onChanged: () => void;
}

/** The domains whose addresses sign in through the provider, each with the TXT record that verifies it. */
export function DomainsPanel({ domains, onChanged }: DomainsPanelProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<DomainPartsFragment | null>(null);
  const { send, failure } = useChange();
  const verify = async ({ id: domainId, domain }: DomainPartsFragment) => {
    if ((await send(SsoDomainVerifyDocument, { input: { workspaceId, domainId } })) === null) return;
    showToast({ text: t('domains.isVerified', { domain }) });
    onChanged();
  };
  return (
    <Panel
      title={t('domains.title')}
      actions={<Button onPress={() => setAdding(true)}>{t('domains.add')}</Button>}
    >
      <FailureNotice failure={failure} />
      {domains.length === 0 ? (
        <p>{t('domains.none')}</p>
      ) : (
        <PlainTable
          label={t('domains.title')}
          columns={[
            t('domains.domain'),
            t('domains.record'),
            t('apiKeys.state'),
            t('members.column.actions'),
          ]}
          rows={domains.map((domain) => ({
            id: domain.id,
            cells: [
              domain.domain,
              <div key="record">
                <CopyText value={domain.record.name} label={t('domains.recordName')} />
                <div>
                  <CopyText value={domain.record.value} label={t('domains.recordValue')} />
                </div>
              </div>,
              <Badge key="state" tone={domain.verifiedAt === null ? 'warning' : 'success'}>
                {t(domain.verifiedAt === null ? 'domains.pending' : 'domains.verified')}
              </Badge>,
              <Menu
                key="menu"
                label={t('action.menu', { name: domain.domain })}
                actions={[
                  { id: 'verify', label: t('domains.verify'), onAction: () => verify(domain) },
                  {
                    id: 'remove',
                    label: t('domains.remove'),
                    isDanger: true,
                    onAction: () => setRemoved(domain),
                  },
                ]}
              />,
            ],
          }))}
        />
      )}
      {isAdding && <AddDialog onClose={() => setAdding(false)} onChanged={onChanged} />}
      {removed !== null && (
        <RemoveDialog domain={removed} onClose={() => setRemoved(null)} onChanged={onChanged} />
      )}
    </Panel>
  );
}

interface DomainDialogProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

function RemoveDialog({
  domain: { id: domainId, domain },
  onClose,
  onChanged,
}: DomainDialogProps & { readonly domain: DomainPartsFragment }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const remove = async () => {
    if ((await send(SsoDomainRemoveDocument, { input: { workspaceId, domainId } })) === null) return;
    showToast({ text: t('domains.removed', { domain }) });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('domains.removeTitle', { domain })}
      confirm={t('domains.remove')}
      onClose={onClose}
      onSubmit={remove}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('domains.removeText', { domain })}</p>
    </FormDialog>
  );
}

function AddDialog({ onClose, onChanged }: DomainDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [domain, setDomain] = useState('');
  const { send, failure, isSaving } = useChange();
  const add = async () => {
    if ((await send(SsoDomainAddDocument, { input: { workspaceId, domain: domain.trim() } })) === null)
      return;
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('domains.add')}
      confirm={t('domains.add')}
      onClose={onClose}
      onSubmit={add}
      failure={failure}
      fields={['domain']}
      isSaving={isSaving}
    >
      <TextField
        label={t('domains.domain')}
        description={t('domains.hint')}
        value={domain}
        onChange={setDomain}
        error={errorAt(failure, 'domain')}
        autoFocus
      />
    </FormDialog>
  );
}
