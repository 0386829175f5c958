import { Resolver } from 'node:dns/promises';
import type { Encryption } from '../../auth/encryption.js';

/** The dependencies of single sign-on besides the database. */
export interface SsoEnvironment {
  /** Encrypts client secrets; null in production without SECRETS_KEY: then none can be stored. */
  readonly encryption: Encryption | null;
  /** Whether providers may be on http: in development and tests. */
  readonly allowsHttp: boolean;
  /**
   * Whether providers may be on private networks. Otherwise customers could make this server send requests to internal
   * servers.
   */
  readonly allowsPrivateNetworks: boolean;
  /**
   * The TXT records of a domain, each in its parts.
   * @throws the resolver's error, with `code`, when there is none or when DNS does not answer
   */
  resolveTxt(domain: string): Promise<string[][]>;
}

const DNS_TIMEOUT_MS = 3000;

/**
 * Resolves TXT records.
 * @param servers addresses of name servers, with or without a port; empty: those of the operating system
 */
export function txtResolver(servers: readonly string[]): SsoEnvironment['resolveTxt'] {
  return (domain) => {
    // A new resolver for each query, without a cache: a record that was just added must be found.
    const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
    if (servers.length > 0) resolver.setServers([...servers]);
    return resolver.resolveTxt(domain);
  };
}

/** For commands that do not configure single sign-on. */
export const NO_SSO: SsoEnvironment = {
  encryption: null,
  allowsHttp: false,
  allowsPrivateNetworks: false,
  resolveTxt: txtResolver([]),
};
