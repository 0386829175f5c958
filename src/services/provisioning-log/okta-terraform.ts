import type { SetupAttribute, SetupMapping } from './setup-types.js';

/** The integration "SCIM 2.0 Test App (Header Auth)" of Okta's catalogue. */
const INTEGRATION = 'scim2headerauth';

interface Application {
  readonly workspaceName: string;
  readonly baseUrl: string;
  readonly attributes: readonly SetupAttribute[];
  readonly mappings: readonly SetupMapping[];
}

/**
 * A Terraform file (provider `okta/okta`) that creates the application, its custom attributes and their mappings. The
 * key is not in it: Terraform would keep it in its state.
 */
export function oktaTerraform({ workspaceName, baseUrl, attributes, mappings }: Application): string {
  return [
    comment([
      'Provisions a workspace over SCIM from Okta.',
      'Set OKTA_ORG_NAME, OKTA_BASE_URL and OKTA_API_TOKEN, then run: terraform init && terraform apply',
      '',
      'Afterwards, in the application under Provisioning > Configure API Integration, enter the API key and this URL:',
      baseUrl,
      'Then enable Create Users, Update User Attributes and Deactivate Users under Provisioning > To App.',
    ]),
    TERRAFORM,
    block(
      'resource',
      ['okta_app_auto_login', 'rollcall'],
      [
        ['label', quoted(`Rollcall - ${oneLine(workspaceName)} - SCIM Provisioning`)],
        ['preconfigured_app', quoted(INTEGRATION)],
      ],
    ),
    ...attributes.map(attributeBlock),
    USER_SOURCE,
    mappingBlock(mappings),
  ]
    .join('\n\n')
    .concat('\n');
}

const TERRAFORM = `terraform {
  required_providers {
    okta = {
      source  = "okta/okta"
      version = ">= 4.0"
    }
  }
}`;

const USER_SOURCE = `data "okta_user_profile_mapping_source" "user" {}`;

function attributeBlock(attribute: SetupAttribute): string {
  const { displayName, variableName, externalName, externalNamespace, dataType, values, required } =
    attribute;
  return block(
    'resource',
    ['okta_app_user_schema_property', variableName],
    [
      ['app_id', 'okta_app_auto_login.rollcall.id'],
      ['index', quoted(variableName)],
      ['title', quoted(displayName)],
      ['type', quoted(dataType.toLowerCase())],
      ['scope', quoted('NONE')],
      ['master', quoted('PROFILE_MASTER')],
      ['required', String(required)],
      ['external_name', quoted(externalName)],
      ...(externalNamespace === '' ? [] : [['external_namespace', quoted(externalNamespace)] as const]),
      ...(values.length === 0 ? [] : [['enum', `[${values.map(quoted).join(', ')}]`] as const]),
    ],
  );
}

function mappingBlock(mappings: readonly SetupMapping[]): string {
  const mapped = mappings.filter(({ value }) => value !== '');
  const inner = mapped.map(
    ({ attribute, value }) =>
      `  mappings {\n    id         = ${quoted(attribute)}\n    expression = ${quoted(value)}\n  }`,
  );
  const custom = mapped.filter(({ attribute }) => attribute !== 'userName').map(({ attribute }) => attribute);
  const depends = custom.map((attribute) => `okta_app_user_schema_property.${attribute}`).join(', ');
  return [
    'resource "okta_profile_mapping" "rollcall" {',
    '  source_id          = data.okta_user_profile_mapping_source.user.id',
    '  target_id          = okta_app_auto_login.rollcall.id',
    '  delete_when_absent = false',
    ...(depends === '' ? [] : [`  depends_on         = [${depends}]`]),
    ...inner.map((text) => `\n${text}`),
    '}',
  ].join('\n');
}

function block(
  kind: string,
  labels: readonly string[],
  entries: readonly (readonly [string, string])[],
): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  const lines = entries.map(([name, value]) => `  ${name.padEnd(width)} = ${value}`);
  return `${kind} ${labels.map(quoted).join(' ')} {\n${lines.join('\n')}\n}`;
}

/** HCL's own escapes: a template would be evaluated. */
function quoted(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, (sign) => `\\${sign}`)
    .replaceAll('${', '$${')
    .replaceAll('%{', '%%{');
  return `"${escaped}"`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${oneLine(line)}`.trimEnd()).join('\n');
}
