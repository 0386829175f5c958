import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { formatNumber } from '../../app/formats.js';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import type { SeatType } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { Button } from '../../ui/button.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Meter } from '../../ui/meter.js';
import { Page, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Forbidden } from '../forbidden.js';
import { nameOf } from '../members/person.js';
import { usePages } from '../pages.js';
import { SeatHoldersDocument, SeatsDocument } from './seats.generated.js';
import { SeatsDialog } from './set.js';

/** Settings → Seats (V1). The type whose holders are listed is in the URL. */
export default function SeatsScreen() {
  const t = useMessages();
  const { id: workspaceId, accessModel, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readMembers.allowed && accessModel === 'V1';
  const [query, reload] = useLiveQuery({ query: SeatsDocument, variables: { workspaceId }, pause: !isOpen });
  const [parameters, setParameters] = useSearchParams();
  const [isSetting, setSetting] = useState(false);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  if (!isOpen) return <Forbidden title={t('seats.title')} ability={viewerCan.readMembers} />;
  return (
    <Page
      title={t('seats.title')}
      actions={
        <AbleButton ability={viewerCan.setSeats} onPress={() => setSetting(true)}>
          {t('seats.set')}
        </AbleButton>
      }
    >
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) => {
          const seats = workspace?.seats ?? [];
          const shown = seats.find(({ seatType }) => seatType.toLowerCase() === parameters.get('type'));
          return (
            <>
              <PlainTable
                label={t('seats.title')}
                columns={[t('seats.type'), t('seats.used'), t('seats.free'), t('seats.holders')]}
                rows={seats.map(({ seatType, total, used, available }) => ({
                  id: seatType,
                  cells: [
                    t(`seat.${seatType}`),
                    <Meter
                      key="used"
                      label={t(`seat.${seatType}`)}
                      used={used}
                      total={total}
                      text={t('meter.of', { used: formatNumber(used), total: formatNumber(total) })}
                    />,
                    formatNumber(available),
                    <Button
                      key="holders"
                      aria-label={t('seats.show', { seat: t(`seat.${seatType}`) })}
                      onPress={() => setParameters({ type: seatType.toLowerCase() })}
                    >
                      {t('provisioning.show')}
                    </Button>,
                  ],
                }))}
              />
              {shown !== undefined && <Holders key={shown.seatType} seatType={shown.seatType} />}
              {isSetting && (
                <SeatsDialog seats={seats} onClose={() => setSetting(false)} onChanged={refresh} />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Holders({ seatType }: { readonly seatType: SeatType }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { after, pager } = usePages();
  const [query, reload] = useLiveQuery({
    query: SeatHoldersDocument,
    variables: { workspaceId, seatType, after },
  });
  const title = t('seats.holdersOf', { seat: t(`seat.${seatType}`) });
  return (
    <Panel title={title}>
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) => {
          const members = workspace?.members;
          if (members == null) return null;
          if (members.nodes.length === 0) return <p>{t('seats.nobody')}</p>;
          return (
            <>
              <PlainTable
                label={title}
                columns={[t('members.column.person'), t('members.userName'), t('access.role')]}
                rows={members.nodes.map((member) => ({
                  id: member.id,
                  cells: [
                    <TextLink key="name" href={`/workspace/${workspaceId}/settings/members/${member.id}`}>
                      {nameOf(member)}
                    </TextLink>,
                    member.userName,
                    member.role === null ? t('members.noAccess') : t(`role.${member.role}`),
                  ],
                }))}
              />
              {pager(members.pageInfo)}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
