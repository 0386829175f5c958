import { ASSIGNABLE_ROLES, SEAT_TYPES, type WorkspaceVersion } from '../../domain/access.js';
import { PROVIDER_SCREENS } from '../../domain/provisioning-fixes.js';
import type { ScimClient } from '../../domain/provisioning-log.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { oktaTerraform } from './okta-terraform.js';
import type { SetupAttribute, SetupMapping } from './setup-types.js';

/** Everything to enter at an identity provider (rule 62). */
export interface ScimSetup {
  readonly baseUrl: string;
  /** The screen for the base URL and the key. */
  readonly keyScreen: string;
  readonly attributeScreen: string;
  readonly mappingScreen: string;
  readonly attributes: readonly SetupAttribute[];
  readonly mappings: readonly SetupMapping[];
  /** Mappings to remove, which the workspace refuses or ignores. */
  readonly unmapped: readonly string[];
  /** A Terraform file that creates all of it; null for providers other than Okta. */
  readonly terraform: string | null;
}

const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';

/** The product's custom attributes, by version of the workspace. */
const ATTRIBUTES: Readonly<Record<WorkspaceVersion, readonly SetupAttribute[]>> = {
  V1: [
    {
      displayName: 'Seat Type',
      variableName: 'seatType',
      externalName: 'seatType',
      externalNamespace: '',
      dataType: 'String',
      values: SEAT_TYPES.map((type) => type.toLowerCase()),
      required: false,
    },
  ],
  V2: [
    {
      displayName: 'Role',
      variableName: 'role',
      externalName: 'role',
      externalNamespace: EXTENSION,
      dataType: 'String',
      values: ASSIGNABLE_ROLES.map((role) => role.toLowerCase()),
      required: false,
    },
    {
      displayName: 'Credit Limit',
      variableName: 'creditLimit',
      externalName: 'creditLimit',
      externalNamespace: EXTENSION,
      dataType: 'Integer',
      values: [],
      required: false,
    },
  ],
};

const UNMAPPED: Readonly<Record<WorkspaceVersion, readonly string[]>> = {
  V1: ['role', 'creditLimit'],
  V2: ['seatType'],
};

const EMAIL: Readonly<Record<ScimClient, string>> = {
  OKTA: 'user.email',
  ENTRA: 'mail',
  ONELOGIN: 'Email',
  JUMPCLOUD: 'email',
  GOOGLE: 'Primary email',
  PING: 'Email Address',
  OTHER: "the person's e-mail address",
};

/**
 * The values to enter at an identity provider to connect it to the workspace (rule 62).
 * @throws DomainError as `authorize` does
 */
export async function setup(
  context: ServiceContext,
  {
    workspaceId,
    provider,
    baseUrl,
  }: { readonly workspaceId: string; readonly provider: ScimClient; readonly baseUrl: string },
): Promise<ScimSetup> {
  const { workspace } = await authorize(context, 'scim.manage', workspaceId);
  const { version, name } = workspace;
  const attributes = ATTRIBUTES[version];
  const mappings = mappingsFor(version, provider);
  return {
    baseUrl,
    keyScreen: PROVIDER_SCREENS.key[provider],
    attributeScreen: PROVIDER_SCREENS.attributes[provider],
    mappingScreen: PROVIDER_SCREENS.mappings[provider],
    attributes,
    mappings,
    unmapped: UNMAPPED[version],
    terraform:
      provider === 'OKTA' ? oktaTerraform({ workspaceName: name, baseUrl, attributes, mappings }) : null,
  };
}

function mappingsFor(version: WorkspaceVersion, provider: ScimClient): SetupMapping[] {
  const userName = {
    attribute: 'userName',
    value: EMAIL[provider],
    note: 'The e-mail address by which the person signs in.',
  };
  return version === 'V1'
    ? [
        userName,
        { attribute: 'seatType', value: '"builder"', note: 'A constant, or an attribute of the person.' },
      ]
    : [
        userName,
        { attribute: 'role', value: '"editor"', note: 'A constant, or an attribute of the person.' },
        { attribute: 'creditLimit', value: '', note: 'Optional: credits a month. Empty: no limit.' },
      ];
}
