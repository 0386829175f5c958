import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';

/**
 * Returns the id as the client sent it. It refuses a malformed id where a field would otherwise return null.
 * @param argument the name of the argument that contains the id
 * @throws DomainError INVALID_INPUT for a text that cannot be an id
 */
export function wellFormedId<Id extends string | null | undefined>(id: Id, argument: string): Id {
  if (id == null || isId(id)) return id;
  throw new DomainError('INVALID_INPUT', `${JSON.stringify(id.slice(0, 60))} is not an id.`, {
    attribute: argument,
    hint: 'Send an id as the API answered it in a field such as `id`.',
  });
}
