import { isMessage, type MessageId, type Translate } from './messages.js';

/** The labels of attributes of the API: those of the forms' fields, where a form has the attribute. */
const LABELS: Readonly<Record<string, MessageId>> = {
  clientId: 'auth.clientId',
  clientSecret: 'auth.clientSecret',
  clientSecretSetAt: 'auth.secretSet',
  creditLimit: 'limit.label',
  defaultCreditLimit: 'defaultLimit.label',
  defaultRole: 'general.defaultRole',
  defaultSeatType: 'general.defaultSeat',
  department: 'member.department',
  discoveryUrl: 'auth.discoveryUrl',
  displayName: 'groups.name',
  domain: 'domains.domain',
  email: 'add.address',
  employeeNumber: 'member.employeeNumber',
  entraTenantId: 'auth.entraTenantId',
  eventTypes: 'webhooks.events',
  expiresAt: 'apiKeys.expiry',
  externalId: 'edit.externalId',
  familyName: 'edit.familyName',
  givenName: 'edit.givenName',
  groups: 'members.column.groups',
  joinOnSignIn: 'auth.join',
  managedBy: 'members.column.managedBy',
  manager: 'member.manager',
  method: 'sessions.method',
  month: 'member.month',
  monthlyCredits: 'pool.label',
  mostMembers: 'brake.mostMembers',
  mostPercent: 'brake.mostPercent',
  name: 'groups.name',
  oktaDomain: 'auth.oktaDomain',
  organization: 'member.organization',
  overlapHours: 'apiKeys.overlap',
  ownerEmail: 'workspaces.owner',
  plan: 'general.plan',
  preferredLanguage: 'member.language',
  'profile.displayName': 'edit.displayName',
  provider: 'auth.provider',
  role: 'access.role',
  scopes: 'apiKeys.scopes',
  seatType: 'access.seat',
  seats: 'seats.title',
  ssoRequired: 'auth.required',
  timezone: 'member.timezone',
  title: 'member.title',
  url: 'webhooks.url',
  used: 'member.used',
  userName: 'add.address',
  version: 'general.version',
  windowMinutes: 'brake.windowMinutes',
};

/**
 * The label of an attribute, in the words of the forms.
 * @param path as the API has it, such as `creditLimit` or `profile.displayName`
 * @returns undefined for an attribute that has none, such as one of a newer version
 */
export function labelOf(path: string, t: Translate): string | undefined {
  const name = path.replace(/^profile\./, '');
  const last = name.slice(name.lastIndexOf('.') + 1);
  for (const known of [path, name, last]) {
    const label = Object.hasOwn(LABELS, known) ? LABELS[known] : undefined;
    if (label !== undefined) return t(label);
    // An entry about totals of seats names them by type.
    for (const id of [`attribute.${known}`, `seat.${known}`]) if (isMessage(id)) return t(id);
  }
  return undefined;
}

/** A name that is no English word: creditLimit, clientId. */
const NAME_OF_API = /\b[a-z]+(?:[A-Z][a-z]*)+\b/g;

/**
 * A sentence of the server with the labels of fields instead of the names of attributes.
 * @param field the attribute that the sentence is about, with which it may begin; empty for none
 */
export function inLabels(sentence: string, field: string, t: Translate): string {
  const names = field.split('.');
  const endings = names.map((_, index) => names.slice(index).join('.'));
  const subject = endings.find((name) => name !== '' && sentence.startsWith(`${name} `));
  const label = subject === undefined ? undefined : labelOf(field, t);
  const begun = label === undefined ? sentence : `${label}${sentence.slice(subject?.length)}`;
  return begun.replace(NAME_OF_API, (name) => {
    const other = labelOf(name, t);
    return other === undefined ? name : `“${other}”`;
  });
}

interface Ability {
  readonly allowed: boolean;
  readonly refusal: { readonly message: string } | null;
}

/** Why the viewer may not do something, with the labels of attributes; null when they may. */
export function blockedText({ allowed, refusal }: Ability, t: Translate): string | null {
  if (allowed) return null;
  return refusal === null ? t('action.blocked') : inLabels(refusal.message, '', t);
}
