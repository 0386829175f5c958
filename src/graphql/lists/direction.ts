import { enumOf } from '../../model/enums.js';

export const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];
export const OrderDirectionEnum = enumOf(
  ORDER_DIRECTIONS,
  'OrderDirection',
  'The directions in which a list can be ordered.',
  { ASC: 'From the least to the greatest value.', DESC: 'From the greatest to the least value.' },
);

export const DIRECTION = 'The direction of the order.';

/** Converts an order to the form that services accept. */
export function orderOf<Field>({ field, direction }: { field: Field; direction: OrderDirection }) {
  return { field, descending: direction === 'DESC' };
}
