import { type ReactNode, useRef } from 'react';
import type { UseQueryState } from 'urql';
import { useRouter } from 'wouter';
import { isIncomplete, isUnknown, refusalOf } from '../app/client.js';
import { useMessages } from '../app/messages.js';
import { Button, LinkButton, PageLinkButton } from './button.js';
import { Empty, Notice, Skeleton } from './notice.js';
import { Page } from './panel.js';

interface LoadedProps<Data> {
  readonly query: UseQueryState<Data, object>;
  readonly onRetry: () => void;
  readonly children: (data: Data) => ReactNode;
}

/**
 * Shows the result of a query: a skeleton while it loads, and after a failure what happened and the next step. Data
 * that is already there stays visible while it is refreshed, with a notice above it when the refresh failed. When the
 * session has ended, the page itself offers to sign in.
 */
export function Loaded<Data>({ query, onRetry, children }: LoadedProps<Data>) {
  const t = useMessages();
  const { data, error } = query;
  const failure = error === undefined ? undefined : <Failure query={query} onRetry={onRetry} />;
  if (data === undefined || data === null) return failure ?? <Skeleton label={t('state.loading')} />;
  const isRefreshed = error?.networkError === undefined && !isIncomplete(error);
  const isSignInOffered = refusalOf(error)?.signInPath != null;
  return (
    <>
      {!isRefreshed && !isSignInOffered && failure}
      {children(data)}
    </>
  );
}

function Failure<Data>({ query, onRetry }: Pick<LoadedProps<Data>, 'query' | 'onRetry'>) {
  const t = useMessages();
  const refusal = refusalOf(query.error);
  if (isUnknown(refusal)) return <NotFound />;
  if (refusal?.code === 'FORBIDDEN')
    return (
      <Empty title={t('state.forbidden')} actions={<OverviewLink />}>
        {refusal.hint ?? refusal.message}
      </Empty>
    );
  const retry = <Button onPress={onRetry}>{t('state.retry')}</Button>;
  if (refusal === undefined) {
    return <Notice tone="danger" title={t('state.offline')} hint={t('state.offlineHint')} actions={retry} />;
  }
  const { requestId, signInPath } = refusal;
  const hint =
    requestId === null || signInPath !== null ? refusal.hint : t('state.failedHint', { requestId });
  return <Notice tone="danger" title={refusal.message} hint={hint} actions={retry} />;
}

/** A whole screen for a page that the viewer may not open. */
export function ForbiddenPage() {
  const t = useMessages();
  return (
    <Page title={t('state.forbidden')}>
      <p>{t('state.forbiddenHint')}</p>
      <OverviewLink />
    </Page>
  );
}

/** A whole screen for a person who was removed from the workspace while it was open (rule 34). */
export function AccessEndedPage({ signInUrl }: { readonly signInUrl: string }) {
  const t = useMessages();
  return (
    <Page title={t('state.accessEnded')}>
      <p>{t('state.accessEndedHint')}</p>
      <p>
        <a href={signInUrl}>{t('state.signIn')}</a>
      </p>
      <WorkspacesLink />
    </Page>
  );
}

interface SignInAgainPageProps {
  /** What the server says about the session. */
  readonly reason: string;
  readonly signInUrl: string;
}

/** A whole screen for a workspace that the viewer's session does not open (rule 32). */
export function SignInAgainPage({ reason, signInUrl }: SignInAgainPageProps) {
  const t = useMessages();
  return (
    <Page title={t('state.signInAgain')}>
      <p>{reason}</p>
      <div>
        <PageLinkButton href={signInUrl}>{t('state.signInToWorkspace')}</PageLinkButton>
      </div>
    </Page>
  );
}

/** A whole screen for a page that does not exist. */
export function NotFoundPage({ wayOn = <OverviewLink /> }: { readonly wayOn?: ReactNode }) {
  const t = useMessages();
  return (
    <Page title={t('state.notFound')}>
      <p>{t('state.notFoundHint')}</p>
      {wayOn}
    </Page>
  );
}

/** The object that the screen shows, or, when it is gone, that it showed last. @param id the id in the URL */
export function useLastShown<Shown extends { readonly id: string }>(
  id: string,
  shown: Shown | null | undefined,
): Shown | undefined {
  const last = useRef<Shown>(undefined);
  if (shown != null) last.current = shown;
  return last.current?.id === id ? last.current : undefined;
}

interface DeletedPageProps {
  readonly name: string;
  readonly text: string;
  /** Leads to the list that the object was in. */
  readonly back: ReactNode;
}

/** A whole screen for an object that was deleted while the screen showed it. */
export function DeletedPage({ name, text, back }: DeletedPageProps) {
  const t = useMessages();
  return (
    <Page title={name}>
      <Empty title={text} actions={<div>{back}</div>}>
        {t('state.deletedHint')}
      </Empty>
    </Page>
  );
}

/** The screen for an object that does not exist, or that the viewer may not see. */
export function NotFound() {
  const t = useMessages();
  return (
    <Empty title={t('state.notFound')} actions={<OverviewLink />}>
      {t('state.notFoundHint')}
    </Empty>
  );
}

/** Leads to the first screen: that of the workspace, or the list of workspaces outside of one. */
export function OverviewLink() {
  const t = useMessages();
  const { base } = useRouter();
  if (base === '') return <WorkspacesLink />;
  return (
    <div>
      <LinkButton href={base}>{t('nav.overview')}</LinkButton>
    </div>
  );
}

export function WorkspacesLink() {
  const t = useMessages();
  return (
    <div>
      <LinkButton href="/">{t('workspaces.title')}</LinkButton>
    </div>
  );
}
