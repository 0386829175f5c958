import { DomainError } from '../domain/errors.js';
import type { Endpoint, Handler } from './endpoint.js';
import { listResponse } from './list-response.js';
import { pagingOf } from './query.js';

const list: Handler = ({ query }) =>
  listResponse([], { totalResults: 0, startIndex: pagingOf(query).startIndex });

const get: Handler = () => {
  throw new DomainError('NOT_FOUND', 'There is no group with this id in this workspace.');
};

/** `/Groups`: no workspace has any. Okta asks for them when its settings are saved, and wants a list, not a 404. */
export function groupEndpoints(): readonly Endpoint[] {
  return [
    { path: '/Groups', methods: { GET: list } },
    { path: '/Groups/:id', methods: { GET: get } },
  ];
}
