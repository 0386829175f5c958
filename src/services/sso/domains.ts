import { randomBytes } from 'node:crypto';
import { type Transaction, violatedConstraint } from '../../database/database.js';
import { query, rowOf } from '../../database/query.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { domainOf } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { isId, newId } from '../../domain/ids.js';
import { type DomainProof, readDomain, verificationRecord } from '../../domain/sso.js';
import { type SsoConnection, SsoDomain } from '../../model/sso-connection.js';
import { changesBetween, record } from '../audit/record.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findConnection, findDomains } from '../rows/sso.js';
import { changingSso, requireConnection } from './connection.js';
import { isPublicMailDomain } from './public-mail.js';

const MOST_DOMAINS = 100;

interface DomainTarget {
  readonly workspaceId: string;
  readonly domainId: string;
}

/**
 * The domains of a connection, by name.
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  { id, workspaceId }: Pick<SsoConnection, 'id' | 'workspaceId'>,
): Promise<SsoDomain[]> {
  await authorize(context, 'sso.manage', workspaceId);
  return findDomains(context.reads, id);
}

/**
 * One domain of the workspace's connection.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<SsoDomain | null> {
  await authorize(context, 'sso.manage', workspaceId);
  const connection = await findConnection(context.reads, workspaceId);
  const domains = connection === undefined ? [] : await findDomains(context.reads, connection.id);
  return domains.find((domain) => domain.id === id.toLowerCase()) ?? null;
}

/**
 * Adds a domain to the connection of a workspace; it has an effect once it is verified. An existing domain is returned
 * unchanged.
 * @throws DomainError as `changingSso` does; NOT_FOUND without a connection; INVALID_INPUT: no domain, a public mail
 *   domain, 100 domains already
 */
export async function add(
  context: ServiceContext,
  { workspaceId, domain: text }: { readonly workspaceId: string; readonly domain: string },
): Promise<SsoDomain> {
  await authorize(context, 'sso.manage', workspaceId);
  const domain = readDomain(text);
  if (await isPublicMailDomain(domain)) {
    throw new DomainError('INVALID_INPUT', `${domain} is a public mail domain: it belongs to no workspace.`, {
      attribute: 'domain',
      hint: 'Add the domain of your organization.',
    });
  }
  return changingSso(context, workspaceId, async (tx, found) => {
    const connection = requireConnection(found);
    const existing = await tx.em.findOne(SsoDomain, { connectionId: connection.id, domain });
    if (existing !== null) return existing;
    if ((await tx.em.count(SsoDomain, { connectionId: connection.id })) >= MOST_DOMAINS) {
      throw new DomainError('INVALID_INPUT', `A connection has at most ${MOST_DOMAINS} domains.`, {
        attribute: 'domain',
        hint: 'Remove one that is no longer used.',
      });
    }
    const added = tx.em.create(
      SsoDomain,
      {
        id: newId(),
        connectionId: connection.id,
        domain,
        token: randomBytes(20).toString('hex'),
        verifiedAt: null,
        verifiedBy: null,
        createdAt: new Date(),
      },
      { persist: true },
    );
    await recordDomain(context, tx, 'ssoDomain.add', connection, added, {}, described(added));
    return added;
  });
}

/**
 * Verifies a domain: by its TXT record, or because an operator vouches for it (rule 42). A verified domain is returned
 * unchanged.
 * @throws DomainError as `changingSso` does; NOT_FOUND; RATE_LIMITED; INVALID_INPUT without the record, when DNS does not answer, and
 *   for a domain that is verified for another connection
 */
export async function verify(
  context: ServiceContext,
  { proof, ...target }: DomainTarget & { readonly proof: DomainProof },
): Promise<SsoDomain> {
  if (proof === 'OPERATOR') await authorize(context, 'sso.vouchForDomain', target.workspaceId);
  else {
    const domain = await findDomain(context, target);
    await context.rateLimits.take('domainChecksOf', target.workspaceId);
    await requireRecord(context, domain);
  }
  try {
    return await changingSso(context, target.workspaceId, async (tx, found) => {
      const connection = requireConnection(found);
      const domain = await tx.em.findOne(SsoDomain, { id: target.domainId, connectionId: connection.id });
      if (domain === null) throw domainNotFound();
      if (domain.verifiedAt !== null) return domain;
      const before = described(domain);
      domain.verifiedAt = new Date();
      domain.verifiedBy = proof;
      await tx.em.flush();
      await recordDomain(context, tx, 'ssoDomain.verify', connection, domain, before, described(domain));
      return domain;
    });
  } catch (error) {
    if (violatedConstraint(error) === 'sso_domain_verified_once') throw verifiedElsewhere();
    throw error;
  }
}

/**
 * Removes a domain from its connection.
 * @throws DomainError as `changingSso` does; NOT_FOUND
 */
export async function remove(
  context: ServiceContext,
  { workspaceId, domainId }: DomainTarget,
): Promise<{ ssoDomainId: string }> {
  return changingSso(context, workspaceId, async (tx, found) => {
    const domain = isId(domainId)
      ? await tx.em.findOne(SsoDomain, { id: domainId, connectionId: found?.id ?? null })
      : null;
    if (found === null || domain === null) throw domainNotFound();
    tx.em.remove(domain);
    await recordDomain(context, tx, 'ssoDomain.remove', found, domain, described(domain), {});
    return { ssoDomainId: domain.id };
  });
}

/**
 * The workspace to whose provider an address belongs (rule 48). The sign-in page calls it, and behaves the same whether
 * or not the address has an account.
 * @returns undefined when no connection has the address's domain
 */
export async function workspaceOfAddress(
  { database }: Pick<ServiceContext, 'database'>,
  address: string,
): Promise<string | undefined> {
  const domain = domainOf(address);
  if (domain === undefined) return undefined;
  const row = await rowOf(
    database,
    query
      .selectFrom('ssoDomain as d')
      .innerJoin('ssoConnection as c', 'c.id', 'd.connectionId')
      .innerJoin('workspace as w', 'w.id', 'c.workspaceId')
      .select('w.id')
      .where('d.domain', '=', domain)
      .where('d.verifiedAt', 'is not', null)
      .where('w.plan', '=', 'ENTERPRISE'),
  );
  return row?.id;
}

async function findDomain(
  context: ServiceContext,
  { workspaceId, domainId }: DomainTarget,
): Promise<Pick<SsoDomain, 'domain' | 'token'>> {
  await authorize(context, 'sso.manage', workspaceId);
  if (!isId(domainId)) throw domainNotFound();
  const row = await rowOf(
    context.database,
    query
      .selectFrom('ssoDomain as d')
      .innerJoin('ssoConnection as c', 'c.id', 'd.connectionId')
      .select(['d.domain', 'd.token'])
      .where('d.id', '=', domainId)
      .where('c.workspaceId', '=', workspaceId),
  );
  if (row === undefined) throw domainNotFound();
  return row;
}

/** @throws DomainError INVALID_INPUT when DNS does not have the record */
async function requireRecord(
  { sso }: ServiceContext,
  { domain, token }: Pick<SsoDomain, 'domain' | 'token'>,
): Promise<void> {
  const { value } = verificationRecord(domain, token);
  const records = await sso.resolveTxt(domain).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // The name does not exist, or has no TXT records.
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw new DomainError('INVALID_INPUT', `DNS does not answer for ${domain} (${code}).`, {
      attribute: 'domainId',
      hint: 'Check the name servers of the domain, and try again in a few minutes.',
    });
  });
  if (records.some((parts) => parts.join('').trim() === value)) return;
  throw new DomainError('INVALID_INPUT', `${domain} has no TXT record "${value}".`, {
    attribute: 'domainId',
    hint: 'Add the record in the DNS of the domain. A change may take up to an hour to be seen everywhere.',
  });
}

function domainNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such domain in this workspace.');
}

/** Only a person who has proved to own the domain gets this error. */
function verifiedElsewhere(): DomainError {
  return new DomainError(
    'INVALID_INPUT',
    'The domain is verified for the single sign-on of another workspace.',
    {
      attribute: 'domainId',
      hint: 'Remove it there first: a domain belongs to one workspace at a time.',
    },
  );
}

function described({ domain, verifiedAt, verifiedBy }: SsoDomain): object {
  return { domain, verifiedAt: verifiedAt?.toISOString() ?? null, verifiedBy };
}

async function recordDomain(
  context: ServiceContext,
  tx: Transaction,
  action: AuditAction,
  { workspaceId }: SsoConnection,
  { id, domain }: SsoDomain,
  before: object,
  after: object,
): Promise<void> {
  const target = { type: 'ssoDomain', id, label: domain };
  await record(context, tx, { workspaceId, action, target, changes: changesBetween(before, after) });
}
