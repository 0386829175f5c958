import { useRef } from 'react';
import {
  type AnyVariables,
  type UseQueryArgs,
  type UseQueryResponse,
  useQuery as useQueryOfUrql,
} from 'urql';
import { isIncomplete } from './client.js';

/**
 * As `useQuery` of urql, without data that is incomplete, which would look empty: it is the complete data of before, if
 * there is any, and `error` says what is missing.
 */
export function useQuery<Data, Variables extends AnyVariables>(
  args: UseQueryArgs<Variables, Data>,
): UseQueryResponse<Data, Variables> {
  const [state, reload] = useQueryOfUrql(args);
  const complete = useRef<typeof state>(undefined);
  const { data: _partial, ...rest } = state;
  if (!isIncomplete(state.error)) {
    complete.current = state;
    return [state, reload];
  }
  const { data, operation } = complete.current ?? {};
  const isSame = operation?.key === state.operation?.key;
  return [isSame && data !== undefined ? { ...rest, data } : rest, reload];
}
