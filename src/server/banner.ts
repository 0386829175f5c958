import type { Config } from './config.js';
import type { DevelopmentSecrets } from './development.js';
import type { DevelopmentProvider } from './identity-provider/development.js';

/** The URLs and credentials that a developer needs, on one screen; in production only the URLs. */
export function banner(
  url: string,
  { playground, operatorToken }: Config,
  secrets: DevelopmentSecrets | undefined,
  provider?: Pick<DevelopmentProvider, 'workspaceId' | 'startUrl'>,
): string {
  const lines = ['', `Rollcall is ready at ${url}`, ''];
  if (secrets !== undefined) lines.push(`  Sign in         ${url}/sign-in (with a click on a name)`);
  if (playground) lines.push(`  Playground      ${url}/playground`);
  lines.push(`  GraphQL         ${url}/graphql`);
  if (secrets === undefined) return `${lines.join('\n')}\n`;
  lines.push(
    `  Operator token  ${operatorToken === undefined ? secrets.operatorToken : 'that of OPERATOR_TOKEN'}`,
    '',
  );
  for (const { name, version, workspaceId, apiKey } of secrets.workspaces) {
    lines.push(
      `  ${name} (${version})`,
      `    SCIM base URL ${url}/scim/v2/organizations/${workspaceId}`,
      `    API key       ${apiKey}`,
      ...(workspaceId === provider?.workspaceId ? [`    Sign in (SSO) ${provider.startUrl}`] : []),
      '',
    );
  }
  const sample = secrets.workspaces.find(({ version }) => version === 'V2');
  if (sample !== undefined) {
    lines.push('  Add a member as Okta would:', '', curl(url, sample), '');
    lines.push('  For the commands in README.md and docs/, paste these lines into a second terminal:', '');
    lines.push(
      ...variables(url, operatorToken === undefined ? secrets.operatorToken : '$OPERATOR_TOKEN', sample),
      '',
    );
  }
  return lines.join('\n');
}

/** The shell variables that the commands in the documentation use. */
function variables(
  url: string,
  operatorToken: string,
  { workspaceId, apiKey }: DevelopmentSecrets['workspaces'][number],
): string[] {
  return [
    `  URL=${url}`,
    `  TOKEN=${operatorToken}`,
    `  WORKSPACE=${workspaceId}`,
    `  BASE=$URL/scim/v2/organizations/$WORKSPACE`,
    `  KEY=${apiKey}`,
  ];
}

function curl(url: string, { workspaceId, apiKey }: DevelopmentSecrets['workspaces'][number]): string {
  const body = {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:base44:params:scim:schemas:extension:user:2.0',
    ],
    userName: 'ann@acme.test',
    name: { givenName: 'Ann', familyName: 'Lee' },
    active: true,
    'urn:base44:params:scim:schemas:extension:user:2.0': { role: 'editor', creditLimit: 500 },
  };
  return [
    `  curl -X POST ${url}/scim/v2/organizations/${workspaceId}/Users \\`,
    `    -H 'Authorization: ${apiKey}' -H 'Content-Type: application/scim+json' \\`,
    `    -d '${JSON.stringify(body)}'`,
  ].join('\n');
}
