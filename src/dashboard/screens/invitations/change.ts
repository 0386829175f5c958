import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import { type AnyVariables, useClient } from 'urql';
import { changeMade, refusalOf } from '../../app/client.js';
import { showFailure } from '../../app/session.js';
import type { Failure } from '../members/change.js';

/** Sends changes that need no version. `failure` is the reason why the last one was not made. */
export function useChange() {
  const client = useClient();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);

  /** @returns the answer of the server; null when the change was not made */
  const send = async <Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data | null> => {
    setSaving(true);
    const { data, error } = await client.mutation(document, variables).toPromise();
    setSaving(false);
    const answer = changeMade(data, error);
    const refusal = refusalOf(error);
    if (answer !== null) setFailure(null);
    else setFailure(refusal === undefined ? { kind: 'offline' } : { kind: 'refused', refusal });
    return answer;
  };
  return { send, failure, isSaving };
}

/**
 * Sends changes of menus and rows, where no dialog could show a failure: a toast says why one was not made.
 * @returns the answer of the server; null when the change was not made
 */
export function useDirectChange() {
  const client = useClient();
  return async <Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data | null> => {
    const { data, error } = await client.mutation(document, variables).toPromise();
    const answer = changeMade(data, error);
    if (answer === null && error !== undefined) showFailure(error);
    return answer;
  };
}
