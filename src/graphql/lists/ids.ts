import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';

/**
 * The id as it was sent. Where null would otherwise be the answer, a malformed id is a mistake worth an error.
 * @param argument the name of the argument that holds it
 * @throws DomainError INVALID_INPUT for text that no object can have as its id
 */
export function wellFormedId<Id extends string | null | undefined>(id: Id, argument: string): Id {
  if (id == null || isId(id)) return id;
  throw new DomainError('INVALID_INPUT', `${JSON.stringify(id.slice(0, 60))} is not an id.`, {
    attribute: argument,
    hint: 'Send an id as the API answered it in a field such as `id`.',
  });
}
