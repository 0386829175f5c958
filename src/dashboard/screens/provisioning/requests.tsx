import { useMemo, useRef, useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { PROVISIONING, useNews } from '../../app/news.js';
import { useKnownPage } from '../../app/parameters.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Pager } from '../../ui/pager.js';
import { Panel } from '../../ui/panel.js';
import { useDelayed } from '../members/delayed.js';
import { Filters } from './filters.js';
import { ProvisioningRequestsDocument, type RequestPartsFragment } from './provisioning.generated.js';
import { RequestDialog } from './request.js';
import { RequestsTable } from './requests-table.js';
import { Traffic } from './traffic.js';
import { filterOf, type RequestView } from './view.js';

interface RequestsProps {
  readonly view: RequestView;
  readonly onChange: (change: Partial<RequestView>) => void;
  /** Called when there are new requests. */
  readonly onNews: () => void;
}

/**
 * The requests of the provider, newest first. The filters and the page are in the URL. New requests appear by themselves, and
 * move no row under the mouse or the focus: there they appear when it has left.
 */
export function Requests({ view, onChange, onNews }: RequestsProps) {
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
  useKnownPage(query.error);
  const [request, setRequest] = useState<RequestPartsFragment | null>(null);
  const [news, setNews] = useState(0);
  const table = useRef<HTMLDivElement>(null);
  const isBehind = useRef(false);
  const refresh = () => {
    isBehind.current = false;
    reload({ requestPolicy: 'network-only' });
  };
  const isInUse = () => table.current?.matches(':hover, :focus-within') === true;
  // A moment later, when the focus is where it goes.
  const catchUp = () =>
    requestAnimationFrame(() => {
      if (isBehind.current && !isInUse()) refresh();
    });
  useNews(PROVISIONING, () => {
    setNews((count) => count + 1);
    onNews();
    if (isInUse()) isBehind.current = true;
    else refresh();
  });
  return (
    <Panel
      title={t('provisioning.requests')}
      actions={<Button onPress={refresh}>{t('provisioning.reload')}</Button>}
    >
      <Traffic news={news} onSelect={onChange} />
      <Filters view={view} onChange={onChange} />
      <Loaded query={query} onRetry={refresh}>
        {({ workspace }) => {
          const log = workspace?.scim.requests;
          if (log == null) return null;
          if (log.nodes.length === 0)
            return <Empty title={t('provisioning.none')}>{t('provisioning.noneHint')}</Empty>;
          return (
            <>
              {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the mouse or the focus has left. */}
              <div ref={table} onPointerLeave={catchUp} onBlur={catchUp}>
                <RequestsTable requests={log.nodes} onOpen={setRequest} />
              </div>
              <Pager
                first={after === null ? null : () => onChange({ after: '' })}
                next={
                  log.pageInfo.hasNextPage ? () => onChange({ after: log.pageInfo.endCursor ?? '' }) : null
                }
              />
            </>
          );
        }}
      </Loaded>
      {request !== null && <RequestDialog request={request} onClose={() => setRequest(null)} />}
    </Panel>
  );
}
