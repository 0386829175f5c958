import type { SessionMethod } from '../domain/session.js';
import type { ApiKeyScope, Channel } from '../model/enums.js';
import type { Workspace } from '../model/workspace.js';

/** Staff of the platform, with the operator token or with a session that it has opened in the browser (rule 47). */
export interface Operator {
  readonly type: 'OPERATOR';
  /** Absent for the operator token itself, and for the command line. */
  readonly session?: { readonly id: string; readonly expiresAt: Date };
}

/** A person with a session. Their rights depend on their membership in each workspace. */
export interface Person {
  readonly type: 'PERSON';
  readonly accountId: string;
  readonly email: string;
  readonly sessionId: string;
  /** How the person proved their identity when the session was opened. */
  readonly method: SessionMethod;
  /**
   * The only workspace that the session opens. Null: all of the person's workspaces that do not require SSO (rule 32).
   */
  readonly workspaceId: string | null;
  /** When the session ends at the latest. */
  readonly expiresAt: Date;
  /** When it ends if it is not used again. Absent outside the session's own requests. */
  readonly idleEndsAt?: Date;
}

/** A key of a workspace; with the scope SCIM it is the identity provider's. */
export interface KeyHolder {
  readonly type: 'API_KEY';
  readonly apiKeyId: string;
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** The workspace as it was when the key was looked up: at most a second ago. */
  readonly workspace: Workspace;
  /** When the secret stops working. Absent when nobody has set an end. */
  readonly endsAt?: Date;
}

/** When the actor's credential ends as things are; null when that is not known. */
export function credentialEnd(actor: Actor): Date | null {
  switch (actor.type) {
    case 'PERSON': {
      const { expiresAt, idleEndsAt = expiresAt } = actor;
      return new Date(Math.min(idleEndsAt.getTime(), expiresAt.getTime()));
    }
    case 'API_KEY':
      return actor.endsAt ?? null;
    case 'OPERATOR':
      return actor.session?.expiresAt ?? null;
    case 'SYSTEM':
      return null;
  }
}

/** The platform itself, which sets things up without a request. */
export interface System {
  readonly type: 'SYSTEM';
}

export type Actor = Operator | Person | KeyHolder | System;

/** The actor, channel and id of a request. */
export interface Caller {
  /** Null without a credential. */
  readonly actor: Actor | null;
  readonly channel: Channel;
  readonly requestId: string;
  /** The network that the request came from, as `networkOf` gives it. Absent: the limits of networks do not apply. */
  readonly network?: string;
}

/** The label of the actor; audit entries keep a snapshot of it (rule 28). */
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
