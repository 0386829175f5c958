import { Encryption, newEncryptionKey } from '../../../src/auth/encryption.js';
import type { ProviderPerson } from '../../../src/server/identity-provider/person.js';
import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../../src/server/identity-provider/provider.js';
import { type SsoEnvironment, txtResolver } from '../../../src/services/context/sso-environment.js';
import type { TestApp, TestWorkspace } from '../../app.js';
import { done, person, SSO_CONNECTION, type TestPerson } from '../graphql/operations.js';
import { type Browser, cookieValue } from './browser.js';

/** Single sign-on as development has it: providers on loopback, with a key of its own. */
export function testEnvironment(changes: Partial<SsoEnvironment> = {}): SsoEnvironment {
  return {
    encryption: Encryption.withKeys([newEncryptionKey()]) ?? null,
    allowsHttp: true,
    allowsPrivateNetworks: true,
    resolveTxt: txtResolver([]),
    ...changes,
  };
}

export async function connectionOf(app: TestApp, credential: string, workspaceId: string) {
  const query = `query ($id: ID!) { workspace(id: $id) { ssoConnection { ${SSO_CONNECTION} } } }`;
  return (await app.graphql(credential, query, { id: workspaceId })).data.workspace.ssoConnection;
}

/** The sign-in log, newest first. */
export async function signInLog(app: TestApp, credential: string, workspaceId: string) {
  const query = `query ($id: ID!) { workspace(id: $id) { signInLog {
    nodes { id reference at reason address subject detail networkAddress message remedy screen } } } }`;
  return (await app.graphql(credential, query, { id: workspaceId })).data.workspace.signInLog.nodes;
}

export function ssoUrl(app: TestApp, workspaceId: string, path: string): string {
  return `${app.url}/api/workspaces/${workspaceId}/auth/sso/${path}`;
}

/** The session token that a browser holds for the server; undefined when it has none. */
export function sessionOf(browser: Browser, app: TestApp): string | undefined {
  return cookieValue(browser, new URL(app.url).hostname, 'rollcall');
}

/** The answer to a session's query of a workspace. */
export async function seen(
  app: TestApp,
  token: string,
  workspaceId: string,
): Promise<string | null | undefined> {
  const answer = await app.graphql(token, 'query ($id: ID!) { workspace(id: $id) { id } }', {
    id: workspaceId,
  });
  return answer.errors?.[0]?.extensions.code ?? answer.data.workspace?.id ?? null;
}

/** The reference that a refusal page shows. */
export function referenceOn(text: string): string | undefined {
  return /<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(text)?.[1];
}

export const CLIENT = { id: 'rollcall', secret: 'the-client-secret-of-the-tests' };

/** Starts a real provider (oidc-provider), and connects a workspace to it. */
export async function connectToProvider(
  app: TestApp,
  workspaceId: string,
  people: readonly ProviderPerson[],
): Promise<IdentityProvider> {
  const provider = await startIdentityProvider({
    port: 0,
    people,
    client: {
      ...CLIENT,
      redirectUris: [ssoUrl(app, workspaceId, 'callback')],
      signOutUris: [`${app.url}/signed-out`],
      backchannelLogoutUri: ssoUrl(app, workspaceId, 'backchannel-logout'),
    },
  });
  await done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
  });
  return provider;
}

/** A workspace with a connection to a real provider, at which its admin Ann can sign in. */
export interface SsoScene {
  readonly workspace: TestWorkspace;
  readonly ann: TestPerson;
  readonly provider: IdentityProvider;
  /** The people who can sign in at the provider; tests add others. */
  readonly people: ProviderPerson[];
}

export async function ssoScene(app: TestApp): Promise<SsoScene> {
  const workspace = await app.workspace({ version: 'V2' });
  const ann = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  const people = [{ subject: 'ann', email: ann.email, name: 'Ann' }];
  const provider = await connectToProvider(app, workspace.workspaceId, people);
  return { workspace, ann, provider, people };
}

/** Adds a domain to the connection, for which an operator vouches. */
export async function verifyDomain(app: TestApp, workspaceId: string, domain: string): Promise<void> {
  const added = await done(app, app.operatorToken, 'ssoDomainAdd', { workspaceId, domain });
  const input = { workspaceId, domainId: added.domain.id, proof: 'OPERATOR' };
  await done(app, app.operatorToken, 'ssoDomainVerify', input);
}
