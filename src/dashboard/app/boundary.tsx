import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/panel.js';
import { showToast } from '../ui/toast.js';
import { translate, useMessages } from './messages.js';

interface BoundaryProps {
  readonly children: ReactNode;
}

/** Shows what to do when something below it throws while it renders; without it, React would leave an empty page. */
export class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? (
      <ReloadPage title="state.stopped" hint="state.stoppedHint" />
    ) : (
      this.props.children
    );
  }
}

interface ReloadPageProps {
  readonly title: 'state.notLoaded' | 'state.stopped';
  readonly hint: 'state.notLoadedHint' | 'state.stoppedHint';
}

/** A whole screen that says why it cannot be shown, and reloads. */
export function ReloadPage({ title, hint }: ReloadPageProps) {
  const t = useMessages();
  const actions = <Button onPress={reload}>{t('state.reload')}</Button>;
  return (
    <Page title={t(title)}>
      <Notice tone="danger" title={t(title)} hint={t(hint)} actions={actions} />
    </Page>
  );
}

/** Reloads the page when the server can be reached; otherwise the browser would show an error page in its place. */
async function reload(): Promise<void> {
  try {
    await fetch('/healthz', { method: 'HEAD', cache: 'no-store' });
    window.location.reload();
  } catch {
    showToast({ text: translate('state.offline'), isFailure: true });
  }
}
