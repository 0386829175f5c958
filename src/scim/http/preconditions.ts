import { DomainError } from '../../domain/errors.js';
import type { ScimRequest } from './endpoint.js';
import { meets, versionCondition } from './entity-tag.js';

type Conditions = Pick<ScimRequest, 'ifMatch' | 'ifNoneMatch'>;

/**
 * The version that If-Match or If-None-Match requires. The command checks a single version under its lock; of several,
 * the resource's current version is sent.
 * @param kind of the resource, for error messages
 * @param readVersion reads the resource's current version
 * @throws DomainError STALE_VERSION, and as `readVersion` does
 */
export async function requiredVersion(
  conditions: Conditions,
  kind: string,
  readVersion: () => Promise<number>,
): Promise<{ readonly expectedVersion?: number }> {
  const condition = versionCondition(conditions.ifMatch);
  if (conditions.ifNoneMatch === undefined) {
    if (condition === undefined || condition === 'any') return {};
    const [only, ...others] = condition;
    if (only !== undefined && others.length === 0) return { expectedVersion: only };
  }
  const version = await readVersion();
  requirePreconditions(conditions, kind, version);
  return { expectedVersion: version };
}

/**
 * RFC 9110 §13.1.2, If-None-Match: where the condition is false, "the origin server MUST respond with either a) the 304
 * (Not Modified) status code if the request method is GET or HEAD or b) the 412 (Precondition Failed) status code for
 * all other request methods." `*` is false here, because the resource exists.
 * @throws DomainError STALE_VERSION
 */
export function requirePreconditions(
  { ifMatch, ifNoneMatch }: Conditions,
  kind: string,
  version: number,
): void {
  if (!meets(versionCondition(ifMatch), version)) {
    throw new DomainError('STALE_VERSION', `The ${kind} has changed since the version that If-Match names.`, {
      hint: 'Read it again, and send the change with the new ETag.',
    });
  }
  const excluded = versionCondition(ifNoneMatch);
  if (excluded === undefined || !meets(excluded, version)) return;
  throw new DomainError('STALE_VERSION', `The ${kind} has a version that If-None-Match excludes.`, {
    hint: 'Send the change without If-None-Match, or with If-Match and the ETag that it has.',
  });
}
