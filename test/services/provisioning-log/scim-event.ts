import { newId } from '../../../src/domain/ids.js';
import type { ScimEvent } from '../../../src/domain/provisioning-log.js';

/** An accepted request of Okta to create a user, with what else is said of it. */
export function scimEvent(more: Partial<ScimEvent>): ScimEvent {
  return {
    at: new Date(),
    durationMs: 1,
    client: 'OKTA',
    method: 'POST',
    operation: 'USER_CREATE',
    target: null,
    status: 201,
    code: null,
    scimType: null,
    detail: null,
    attribute: null,
    value: null,
    requestId: newId(),
    notices: [],
    tookUserName: false,
    ...more,
  };
}
