import { domainOf } from './canonical.js';
import { DomainError } from './errors.js';

/** The identity providers that an SSO connection knows by name (rule 37). */
export const SSO_PROVIDERS = ['OKTA', 'MICROSOFT_ENTRA_ID', 'GOOGLE_WORKSPACE', 'OTHER_OIDC'] as const;
export type SsoProvider = (typeof SSO_PROVIDERS)[number];

/** How a domain was verified (rule 42). */
export const DOMAIN_PROOFS = ['DNS', 'OPERATOR'] as const;
export type DomainProof = (typeof DOMAIN_PROOFS)[number];

/** The location of a provider: a client sends one of the three. */
export interface ProviderLocation {
  readonly oktaDomain?: string | null;
  readonly entraTenantId?: string | null;
  readonly discoveryUrl?: string | null;
}

const WELL_KNOWN = '/.well-known/openid-configuration';
const GOOGLE_ISSUER = 'https://accounts.google.com';
const LONGEST_URL = 500;

/**
 * The discovery URL of a provider (OpenID Connect Discovery 1.0 §4).
 * @param allowHttp whether an issuer may use http, which development and tests need
 * @throws DomainError INVALID_INPUT that names the attribute
 */
export function discoveryUrlOf(
  provider: SsoProvider,
  { oktaDomain, entraTenantId, discoveryUrl }: ProviderLocation,
  allowHttp: boolean,
): string {
  if (oktaDomain != null) {
    requireProvider(provider, 'OKTA', 'oktaDomain');
    return `https://${oktaHost(oktaDomain)}${WELL_KNOWN}`;
  }
  if (entraTenantId != null) {
    requireProvider(provider, 'MICROSOFT_ENTRA_ID', 'entraTenantId');
    return `https://login.microsoftonline.com/${entraTenant(entraTenantId)}/v2.0${WELL_KNOWN}`;
  }
  if (discoveryUrl != null) return discoveryUrlFrom(provider, discoveryUrl, allowHttp);
  if (provider === 'GOOGLE_WORKSPACE') return `${GOOGLE_ISSUER}${WELL_KNOWN}`;
  const attribute =
    provider === 'OKTA' ? 'oktaDomain' : provider === 'MICROSOFT_ENTRA_ID' ? 'entraTenantId' : 'discoveryUrl';
  throw new DomainError('INVALID_INPUT', `${attribute} is required for ${PROVIDER_NAMES[provider]}.`, {
    attribute,
  });
}

const PROVIDER_NAMES: Readonly<Record<SsoProvider, string>> = {
  OKTA: 'Okta',
  MICROSOFT_ENTRA_ID: 'Microsoft Entra ID',
  GOOGLE_WORKSPACE: 'Google Workspace',
  OTHER_OIDC: 'other providers',
};

function requireProvider(provider: SsoProvider, expected: SsoProvider, attribute: string): void {
  if (provider === expected) return;
  throw new DomainError('INVALID_INPUT', `${attribute} is for ${PROVIDER_NAMES[expected]} only.`, {
    attribute,
    hint: `Set provider to ${expected}, or send discoveryUrl.`,
  });
}

function oktaHost(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
  // The admin console has its own host, which people copy from the address bar.
  const [, name, domain] =
    /^([a-z0-9-]+?)(?:-admin)?\.((?:okta|oktapreview|okta-emea)\.com)$/.exec(host) ?? [];
  if (name !== undefined) return `${name}.${domain}`;
  if (isDomain(host)) return host;
  throw new DomainError('INVALID_INPUT', 'oktaDomain must be a host name, such as acme.okta.com.', {
    attribute: 'oktaDomain',
    hint: 'Copy it in Okta from the menu under your name, at the top right.',
  });
}

/** The tenants that Microsoft shares among all customers; their tokens do not show which tenant a person belongs to. */
const SHARED_TENANTS = ['common', 'organizations', 'consumers', '9188040d-6c67-4c5b-b112-36a304b66dad'];

function entraTenant(text: string): string {
  const tenant = text.trim().toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant) && !SHARED_TENANTS.includes(tenant))
    return tenant;
  throw new DomainError('INVALID_INPUT', 'entraTenantId must be the Directory (tenant) ID, a UUID.', {
    attribute: 'entraTenantId',
    hint: 'Copy it in the Microsoft Entra admin center from the Overview of your app registration.',
  });
}

function discoveryUrlFrom(provider: SsoProvider, text: string, allowHttp: boolean): string {
  const url = URL.parse(text.trim());
  const allowed = allowHttp ? ['https:', 'http:'] : ['https:'];
  if (
    url === null ||
    text.length > LONGEST_URL ||
    !allowed.includes(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.hash !== '' ||
    url.search !== ''
  ) {
    throw new DomainError('INVALID_INPUT', 'discoveryUrl must be an https:// URL without a query.', {
      attribute: 'discoveryUrl',
      hint: `It is the issuer of your provider, with or without ${WELL_KNOWN} at its end.`,
    });
  }
  const [, first = ''] = url.pathname.split('/');
  if (provider === 'MICROSOFT_ENTRA_ID' && SHARED_TENANTS.includes(first.toLowerCase())) {
    throw new DomainError('INVALID_INPUT', `discoveryUrl names the shared tenant "${first}".`, {
      attribute: 'discoveryUrl',
      hint: 'Send entraTenantId, the Directory (tenant) ID of your own tenant.',
    });
  }
  const base = url.href.endsWith(WELL_KNOWN) ? url.href.slice(0, -WELL_KNOWN.length) : url.href;
  return `${base.replace(/\/+$/, '')}${WELL_KNOWN}`;
}

/** The issuer of a discovery URL, without a trailing slash. */
export function issuerOf(discoveryUrl: string): string {
  return discoveryUrl.slice(0, -WELL_KNOWN.length);
}

/** Whether two issuers are equal, apart from the trailing slash that some providers send. */
export function sameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '');
}

/** A domain name with at least two labels, in ASCII and lower case (RFC 1035 §2.3.4). */
function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
  );
}

/**
 * Returns the domain as it is stored and compared: in ASCII (IDNA) and lower case.
 * @throws DomainError INVALID_INPUT
 */
export function readDomain(text: string): string {
  // `domainOf` converts it to ASCII as it does for an address.
  const domain = domainOf(`x@${text.trim().replace(/^@/, '').replace(/\.$/, '')}`);
  if (domain !== undefined && isDomain(domain)) return domain;
  throw new DomainError('INVALID_INPUT', 'domain must be a domain name, such as acme.com.', {
    attribute: 'domain',
  });
}

/** The name and value of the TXT record that verifies a domain (rule 42). */
export function verificationRecord(domain: string, token: string): { name: string; value: string } {
  return { name: domain, value: `rollcall-domain-verification=${token}` };
}
