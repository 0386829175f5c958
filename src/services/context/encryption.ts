import type { Encryption } from '../../auth/encryption.js';
import { DomainError } from '../../domain/errors.js';
import type { ServiceContext } from './service-context.js';

/** @throws DomainError FORBIDDEN in production without SECRETS_KEY */
export function encryptionOf({ sso }: ServiceContext): Encryption {
  if (sso.encryption !== null) return sso.encryption;
  throw new DomainError('FORBIDDEN', 'This server cannot store secrets: SECRETS_KEY is not set.', {
    hint: 'Ask the operator of Rollcall to set SECRETS_KEY, as docs/operators/secrets.md describes.',
  });
}
