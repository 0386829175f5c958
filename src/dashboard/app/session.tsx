import { createContext, type ReactNode, useContext, useEffect } from 'react';
import type { CombinedError } from 'urql';
import { Loaded } from '../ui/loaded.js';
import { closeToast, showToast } from '../ui/toast.js';
import { type Refusal, reasonOf, refusalOf, refusalText } from './client.js';
import { translate } from './messages.js';
import { useQuery } from './query.js';
import { ViewerDocument, type ViewerQuery } from './viewer.generated.js';

export type Viewer = ViewerQuery['viewer'];

const ViewerContext = createContext<Viewer | null>(null);

/**
 * The URL of a sign-in page, which returns to the current page.
 * @param path the path of the page, which may have a query
 */
export function signInUrl(path = '/sign-in'): string {
  const { origin, pathname, search } = window.location;
  const url = new URL(path, origin);
  url.searchParams.set('returnTo', `${pathname}${search}`);
  return url.href;
}

/** Opens the sign-in page, which returns to the current page. */
export function leaveForSignIn(): void {
  window.location.assign(signInUrl());
}

/** Offers to sign in beside the page, which keeps what was typed: in another tab, which has the same cookie. */
export function offerSignIn({ message, signInPath }: Refusal): void {
  const onPress = () => window.open(signInUrl(signInPath ?? '/sign-in'));
  showToast({ text: message, isFailure: true, action: { label: translate('state.signIn'), onPress } });
}

/** Withdraws the offer, after the server has answered somebody who is signed in. */
export function withdrawSignIn(): void {
  closeToast(translate('state.signedOut'));
}

/** Shows beside the page why the server has refused something, and the next step. */
export function showRefusal(refusal: Refusal): void {
  if (refusal.signInPath === null) showToast({ text: refusalText(refusal), isFailure: true });
  else offerSignIn(refusal);
}

/** Shows beside the page why a change was not made. */
export function showFailure(error: CombinedError): void {
  const refusal = refusalOf(error);
  if (refusal === undefined) showToast({ text: reasonOf(error), isFailure: true });
  else showRefusal(refusal);
}

/** Ends the session, as the sign-out button of the sign-in pages does: by a form, which other sites cannot send. */
export function signOut(): void {
  // Interrupted work is the person's own.
  sessionStorage.clear();
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/sign-out';
  document.body.append(form);
  form.submit();
}

/** Loads the viewer; without a session, opens the sign-in page. */
export function Session({ children }: { readonly children: ReactNode }) {
  const [query, reload] = useQuery({ query: ViewerDocument });
  const isSignedOut = refusalOf(query.error)?.code === 'UNAUTHENTICATED';
  useEffect(() => {
    if (isSignedOut) leaveForSignIn();
  }, [isSignedOut]);
  if (isSignedOut) return null;
  return (
    <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
      {({ viewer }) => <ViewerContext value={viewer}>{children}</ViewerContext>}
    </Loaded>
  );
}

/** The viewer, who is signed in. @throws Error outside <Session> */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error('useViewer is called outside <Session>');
  return viewer;
}
