import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import type { Arena } from './contenders.ts';
import { apiKeys, connect, Database, localContext, workspaces } from './product.ts';

/** How many subscriptions a workspace has; a key may have no more. */
const OF_WORKSPACE = 20;

/**
 * Opens subscriptions: to the bench's workspace, and to others in which nothing happens.
 * @returns closes them
 */
export async function subscribe(
  { target, seeded }: Pick<Arena, 'target' | 'seeded'>,
  url: string,
  subscribers: number,
): Promise<() => Promise<void>> {
  const orm = await connect(target);
  const open: ClientRequest[] = [];
  try {
    const context = localContext(await Database.over(orm), 'SYSTEM');
    let { workspaceId } = seeded;
    while (open.length < subscribers) {
      const { secret } = await apiKeys.create(context, { workspaceId, name: 'Live', scopes: ['AUDIT_READ'] });
      for (let count = 0; count < OF_WORKSPACE && open.length < subscribers; count += 1)
        open.push(await stream(url, workspaceId, secret));
      const name = `Other ${open.length}`;
      const ownerEmail = `owner${open.length}@other.test`;
      const { workspace } = await workspaces.create(context, {
        name,
        version: 'V2',
        plan: 'ENTERPRISE',
        scimEnabled: true,
        ownerEmail,
      });
      workspaceId = workspace.id;
    }
  } finally {
    await orm.close();
  }
  return async () => {
    for (const one of open) one.destroy();
  };
}

async function stream(url: string, workspaceId: string, key: string): Promise<ClientRequest> {
  const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: key };
  const sent = request(`${url}/graphql/stream`, { method: 'POST', headers, agent: false });
  sent.on('error', () => undefined);
  const query = `subscription { workspaceActivity(workspaceId: "${workspaceId}") { id action targetId targetLabel } }`;
  sent.end(JSON.stringify({ query }));
  const [response] = await once(sent, 'response');
  response.on('error', () => undefined).resume();
  return sent;
}
