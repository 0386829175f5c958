import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { useDelayed } from '../members/delayed.js';
import pages from '../pages.module.css';
import { Filters } from './filters.js';
import { ProvisioningRequestsDocument, type RequestPartsFragment } from './provisioning.generated.js';
import { RequestDialog } from './request.js';
import { RequestsTable } from './requests-table.js';
import { Traffic } from './traffic.js';
import { filterOf, type RequestView } from './view.js';

interface RequestsProps {
  readonly view: RequestView;
  readonly onChange: (change: Partial<RequestView>) => void;
}

/** The requests of the provider, newest first. The filters and the page are in the URL. */
export function Requests({ view, onChange }: RequestsProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const search = useDelayed(view.search);
  const reference = useDelayed(view.reference);
  const filter = filterOf({ ...view, search, reference });
  const key = JSON.stringify(filter);
  const after = view.after === '' ? null : view.after;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key has all of the filter.
  const variables = useMemo(() => ({ workspaceId, after, filter }), [workspaceId, after, key]);
  const [query, reload] = useQuery({ query: ProvisioningRequestsDocument, variables });
  const [request, setRequest] = useState<RequestPartsFragment | null>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  return (
    <Panel
      title={t('provisioning.requests')}
      actions={<Button onPress={refresh}>{t('provisioning.reload')}</Button>}
    >
      <Traffic onSelect={onChange} />
      <Filters view={view} onChange={onChange} />
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) => {
          const log = workspace?.scim.requests;
          if (log == null) return null;
          if (log.nodes.length === 0)
            return <Empty title={t('provisioning.none')}>{t('provisioning.noneHint')}</Empty>;
          return (
            <>
              <RequestsTable requests={log.nodes} onOpen={setRequest} />
              <nav className={pages.pager} aria-label={t('pager.label')}>
                <Button isDisabled={after === null} onPress={() => onChange({ after: '' })}>
                  {t('pager.first')}
                </Button>
                <Button
                  isDisabled={!log.pageInfo.hasNextPage}
                  onPress={() => onChange({ after: log.pageInfo.endCursor ?? '' })}
                >
                  {t('pager.next')}
                </Button>
              </nav>
            </>
          );
        }}
      </Loaded>
      {request !== null && <RequestDialog request={request} onClose={() => setRequest(null)} />}
    </Panel>
  );
}
