import { Encryption } from '../auth/encryption.js';
import { type SsoEnvironment, txtResolver } from '../services/context/sso-environment.js';
import type { Config } from './config.js';

/**
 * The configuration of single sign-on.
 * @param developmentKey the key that development has stored; undefined in production, where no secret can be stored
 *   without SECRETS_KEY
 */
export function ssoEnvironment(
  { secretsKeys, dnsServers, development, ssoPrivateNetworks }: Config,
  developmentKey: string | undefined,
): SsoEnvironment {
  const remembered = developmentKey === undefined ? [] : [developmentKey];
  return {
    encryption: Encryption.withKeys(secretsKeys.length > 0 ? secretsKeys : remembered) ?? null,
    allowsHttp: development,
    allowsPrivateNetworks: ssoPrivateNetworks,
    resolveTxt: txtResolver(dnsServers),
  };
}
