import type { ApiKeyScope, Channel } from '../model/enums.js';
import type { Workspace } from '../model/workspace.js';

/** Staff of the platform, with the token of the configuration. */
export interface Operator {
  readonly type: 'OPERATOR';
}

/** Somebody with a session. What they may do depends on their membership, workspace by workspace. */
export interface Person {
  readonly type: 'PERSON';
  readonly accountId: string;
  readonly email: string;
  readonly sessionId: string;
}

/** A key of a workspace; with the scope SCIM it is the identity provider's. */
export interface KeyHolder {
  readonly type: 'API_KEY';
  readonly apiKeyId: string;
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** The workspace as it was when the key was looked up: at most a second ago. */
  readonly workspace: Workspace;
}

/** The platform itself: what it does when it is set up. */
export interface System {
  readonly type: 'SYSTEM';
}

export type Actor = Operator | Person | KeyHolder | System;

/** Who asks, through which door, in which request. */
export interface Caller {
  /** Null for somebody without a credential. */
  readonly actor: Actor | null;
  readonly channel: Channel;
  readonly requestId: string;
}

/** What people call the actor; kept in audit entries as it was then (rule 28). */
export function actorLabel(actor: Actor): string {
  switch (actor.type) {
    case 'OPERATOR':
      return 'operator';
    case 'PERSON':
      return actor.email;
    case 'API_KEY':
      return actor.name;
    case 'SYSTEM':
      return 'system';
  }
}
