import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import { type AnyVariables, useClient } from 'urql';
import { changeMade, type Refusal, refusalOf } from '../../app/client.js';
import { MemberNowDocument } from './members.generated.js';
import type { MemberRow } from './person.js';

/** Why a change was not made. */
export type Failure =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'offline' }
  /** Another person has changed the member since the dialog was opened. */
  | { readonly kind: 'conflict'; readonly before: MemberRow; readonly now: MemberRow };

/** The common fields of the inputs that change a member. */
export interface Target {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly expectedVersion: number;
}

/**
 * Sends changes of one member, each with the version that its dialog showed.
 *
 * When another person was faster, the server refuses the change: `failure` then has the member before and now, and the
 * next change replaces the newer state.
 *
 * @param opened the member as it was when the dialog opened
 */
export function useMemberChange(workspaceId: string, opened: MemberRow) {
  const client = useClient();
  const [base, setBase] = useState(opened);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);

  const newest = async (): Promise<MemberRow | null> => {
    const variables = { workspaceId, memberId: opened.id };
    const { data } = await client
      .query(MemberNowDocument, variables, { requestPolicy: 'network-only' })
      .toPromise();
    return data?.workspace?.member ?? null;
  };

  /** @returns the answer of the server; null when the change was not made */
  const send = async <Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variablesFor: (target: Target) => Variables,
  ): Promise<Data | null> => {
    setSaving(true);
    const target = { workspaceId, memberId: opened.id, expectedVersion: base.version };
    const { data, error } = await client.mutation(document, variablesFor(target)).toPromise();
    const answer = changeMade(data, error);
    const refusal = refusalOf(error);
    if (refusal?.code === 'STALE_VERSION') {
      const now = await newest();
      setFailure(now === null ? { kind: 'refused', refusal } : { kind: 'conflict', before: base, now });
      if (now !== null) setBase(now);
    } else if (answer === null) {
      setFailure(refusal === undefined ? { kind: 'offline' } : { kind: 'refused', refusal });
    }
    setSaving(false);
    return answer;
  };

  return { send, failure, isSaving };
}

/** The server's message about one field of the input; undefined when the refusal is about another field, or none. */
export function errorAt(failure: Failure | null, field: string): string | undefined {
  if (failure?.kind !== 'refused') return undefined;
  const { refusal } = failure;
  if (refusal.field !== field && !refusal.field.endsWith(`.${field}`)) return undefined;
  return refusal.hint === null ? refusal.message : `${refusal.message} ${refusal.hint}`;
}
