import { expect, test } from 'vitest';
import { type Actor, actorLabel, credentialEnd } from '../../src/auth/actor.js';
import { newId } from '../../src/domain/ids.js';
import type { Workspace } from '../../src/model/workspace.js';

const WORKSPACE: Workspace = {
  id: newId(),
  name: 'Acme',
  version: 'V2',
  plan: 'ENTERPRISE',
  scimEnabled: true,
  defaultRole: 'VIEWER',
  defaultSeatType: null,
  defaultCreditLimit: null,
  monthlyCredits: null,
  revision: 1,
  createdAt: new Date(),
  updatedAt: new Date(),
};

test.each<[Actor, string]>([
  [{ type: 'OPERATOR' }, 'operator'],
  [{ type: 'SYSTEM' }, 'system'],
  [
    {
      type: 'PERSON',
      accountId: newId(),
      email: 'ann@acme.test',
      sessionId: newId(),
      method: 'MAIL_LINK',
      workspaceId: null,
      expiresAt: new Date(),
    },
    'ann@acme.test',
  ],
  [{ type: 'API_KEY', apiKeyId: newId(), name: 'Okta', scopes: ['SCIM'], workspace: WORKSPACE }, 'Okta'],
])('rule 28: the label of an actor of type $type in an audit entry', (actor, label) => {
  expect(actorLabel(actor)).toBe(label);
});

test('a session ends when it was idle for too long, and at its absolute end at the latest (rule 33)', () => {
  const [earlier, later] = [new Date('2026-12-01T10:00:00Z'), new Date('2026-12-01T11:00:00Z')];
  const session: Actor = {
    type: 'PERSON',
    accountId: newId(),
    email: 'ann@acme.test',
    sessionId: newId(),
    method: 'MAIL_LINK',
    workspaceId: null,
    expiresAt: later,
    idleEndsAt: earlier,
  };
  expect(credentialEnd(session)).toEqual(earlier);
  expect(credentialEnd({ ...session, idleEndsAt: later, expiresAt: earlier })).toEqual(earlier);
});
