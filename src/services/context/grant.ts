import type { Role } from '../../domain/access.js';
import type { Workspace } from '../../model/workspace.js';

/** What the caller is in a workspace: what authorization is decided by. */
export interface Grant {
  readonly workspace: Workspace;
  /** The caller's role; null for operators and keys. */
  readonly role: Role | null;
  /** The id of the caller's own member; null for operators and keys. */
  readonly memberId: string | null;
}
