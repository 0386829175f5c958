/** Every action of the audit log, with its description (rule 28). */
export const AUDIT_ACTIONS = {
  'workspace.create': 'A workspace was created, with its first owner.',
  'workspace.update': 'Settings of the workspace have changed: name, plan, SCIM, defaults, the credit pool.',
  'seats.set': 'The number of seats of a type was changed.',
  'member.add': 'A person became a member, for the first time or again.',
  'member.update': 'A member was changed: its name, its profile or its access.',
  'member.remove': 'A membership ended: the member is no longer active.',
  'member.delete': 'The record of a member was deleted.',
  'owner.promote': 'A member was promoted to owner.',
  'owner.demote': 'An owner was demoted.',
  'group.create': 'A group was created.',
  'group.update': 'A group was changed: its name or its members.',
  'group.delete': 'A group was deleted.',
  'group.setGrant': 'The access that a group grants was set or changed.',
  'group.clearGrant': 'The access that a group granted was cleared.',
  'invitation.create': 'A person was invited, or a link was created.',
  'invitation.resend': 'An invitation was sent again.',
  'invitation.revoke': 'An invitation was revoked.',
  'invitation.accept': 'An invitation was accepted.',
  'credits.consume': 'Credits were used.',
  'apiKey.create': 'An API key was created.',
  'apiKey.update': 'An API key was renamed, described, disabled or enabled.',
  'apiKey.rotate': 'An API key was given a new secret.',
  'apiKey.delete': 'An API key was deleted.',
  'scim.brakeEngage': 'Removals by the identity provider were paused, because there were many.',
  'scim.brakeRelease': 'Removals by the identity provider were allowed again.',
  'scim.brakeUpdate': 'Settings of the brake on removals have changed.',
  'scim.dismissProblem': 'A problem of provisioning was hidden until it occurs again.',
  'ssoConnection.set': 'Single sign-on was configured, or its configuration has changed.',
  'ssoConnection.delete': 'The configuration of single sign-on was deleted.',
  'ssoDomain.add': 'A domain was added to single sign-on.',
  'ssoDomain.verify': 'A domain of single sign-on was verified.',
  'ssoDomain.remove': 'A domain was removed from single sign-on.',
  'ssoSubject.remember': 'The identity provider signed a member in for the first time.',
  'session.create': 'A session was opened for a person.',
  'session.end': 'A session was ended.',
} as const;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** Whether a text is the name of an audit action. */
export function isAuditAction(text: string): text is AuditAction {
  return Object.hasOwn(AUDIT_ACTIONS, text);
}
