import { useState } from 'react';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { PROVISIONING } from '../../app/news.js';
import { useWorkspace } from '../../app/workspace.js';
import { LinkButton } from '../../ui/button.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Notice } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { problemUrl } from '../members/person.js';
import { usePages } from '../pages.js';
import { Fix } from '../provisioning/fix.js';
import type { RequestPartsFragment } from '../provisioning/provisioning.generated.js';
import { RequestDialog } from '../provisioning/request.js';
import { RequestsTable } from '../provisioning/requests-table.js';
import { MemberProvisioningDocument, type MemberProvisioningQuery } from './member.generated.js';

/** The identity provider's requests about a member, and its present problems. */
export function ProvisioningPanel({ memberId }: { readonly memberId: string }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { after, pager } = usePages();
  const [query, reload] = useLiveQuery(
    { query: MemberProvisioningDocument, variables: { workspaceId, memberId, after } },
    PROVISIONING,
  );
  const [request, setRequest] = useState<RequestPartsFragment | null>(null);
  const settings = `/workspace/${workspaceId}/settings`;
  return (
    <Panel
      title={t('health.title')}
      actions={
        <LinkButton href={`${settings}/provisioning?target=${memberId}`}>
          {t('provisioning.showRequests')}
        </LinkButton>
      }
    >
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) => {
          const { scimProblems = null, scimRequests = null } = workspace?.member ?? {};
          if (scimRequests === null) return null;
          return (
            <>
              {scimProblems?.map((problem) => (
                <Problem key={problem.problemId} problem={problem} href={problemUrl(settings, problem)} />
              ))}
              {scimRequests.nodes.length === 0 ? (
                <p>{t('member.noRequests')}</p>
              ) : (
                <RequestsTable requests={scimRequests.nodes} onOpen={setRequest} />
              )}
              {pager(scimRequests.pageInfo)}
            </>
          );
        }}
      </Loaded>
      {request !== null && <RequestDialog request={request} onClose={() => setRequest(null)} />}
    </Panel>
  );
}

type MemberNow = NonNullable<NonNullable<MemberProvisioningQuery['workspace']>['member']>;

interface ProblemProps {
  readonly problem: NonNullable<MemberNow['scimProblems']>[number];
  readonly href: string;
}

function Problem({ problem: { severity, cause, detail, fix }, href }: ProblemProps) {
  const t = useMessages();
  return (
    <Notice
      tone={severity === 'REFUSAL' ? 'danger' : 'warning'}
      title={t('members.problem', { cause })}
      hint={
        <>
          {detail}
          <Fix fix={fix} />
        </>
      }
      actions={<TextLink href={href}>{t('member.problem')}</TextLink>}
    />
  );
}
