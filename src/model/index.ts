import { Account } from './account.js';
import { ApiKey, ApiKeySecret } from './api-key.js';
import { AuditEntry } from './audit-entry.js';
import { CreditConsumption, CreditMonth, CreditUsage } from './credits.js';
import { Group } from './group.js';
import { GroupMember } from './group-member.js';
import { Invitation } from './invitation.js';
import { Member } from './member.js';
import { MemberTally } from './member-tally.js';
import { Membership } from './membership.js';
import { RateLimit } from './rate-limit.js';
import { Removal } from './removal.js';
import { ScimBrake, ScimRemoval } from './removal-brake.js';
import { DeletedApiKeySecret, ScimConnection, ScimRequestCount } from './scim-connection.js';
import { ScimProblem } from './scim-problem.js';
import { ScimRequest, ScimRequestSet } from './scim-request.js';
import { SeatAllocation } from './seat-allocation.js';
import { OperatorSession, Session, SessionEnd } from './session.js';
import { SignInLink } from './sign-in-link.js';
import { SignInLogEntry } from './sign-in-log.js';
import { SsoConnection, SsoDomain, SsoSubject, SsoUsedValue } from './sso-connection.js';
import { Webhook, WebhookAttempt, WebhookDelivery } from './webhook.js';
import { Workspace } from './workspace.js';

/** The entities of all tables. */
export const entities = [
  Account,
  Workspace,
  Member,
  MemberTally,
  Membership,
  Group,
  GroupMember,
  Invitation,
  SeatAllocation,
  CreditMonth,
  CreditUsage,
  CreditConsumption,
  ApiKey,
  ApiKeySecret,
  Session,
  SessionEnd,
  Removal,
  OperatorSession,
  SignInLink,
  SsoConnection,
  SsoDomain,
  SsoSubject,
  SsoUsedValue,
  SignInLogEntry,
  RateLimit,
  AuditEntry,
  ScimRequest,
  ScimRequestCount,
  ScimRequestSet,
  ScimConnection,
  ScimProblem,
  DeletedApiKeySecret,
  ScimBrake,
  ScimRemoval,
  Webhook,
  WebhookDelivery,
  WebhookAttempt,
];
