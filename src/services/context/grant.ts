import type { Role } from '../../domain/access.js';
import type { Workspace } from '../../model/workspace.js';

/** The caller's role and membership in a workspace, by which authorization decides. */
export interface Grant {
  readonly workspace: Workspace;
  /** The caller's role; null for operators and keys. */
  readonly role: Role | null;
  /** The id of the caller's own member; null for operators and keys. */
  readonly memberId: string | null;
}
