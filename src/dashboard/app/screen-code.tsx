import { type ComponentType, useEffect, useState } from 'react';
import { Skeleton } from '../ui/notice.js';
import { Page } from '../ui/panel.js';
import { Boundary, ReloadPage } from './boundary.js';
import { useMessages } from './messages.js';

interface ScreenProps {
  readonly params: Readonly<Record<string, string | undefined>>;
}

type Screen = ComponentType<ScreenProps>;

/** The code of a screen, which the browser loads when it is needed. */
export class ScreenCode {
  readonly #import: () => Promise<{ readonly default: Screen }>;
  #screen: Screen | undefined;

  constructor(load: () => Promise<{ readonly default: Screen }>) {
    this.#import = load;
  }

  /** The screen; undefined while its code is not loaded. */
  get screen(): Screen | undefined {
    return this.#screen;
  }

  /** Loads the code. Rejects when it cannot be loaded. */
  async load(): Promise<void> {
    this.#screen = (await this.#import()).default;
  }

  /** Loads the code before the screen is opened. The screen itself shows a failure. */
  preload(): void {
    this.load().catch(() => undefined);
  }
}

/**
 * Shows a screen as soon as its code is loaded. `React.lazy` takes longer: React shows nothing new in the first 300 ms after
 * a fallback of `Suspense`.
 */
export function CodedScreen({ code, params }: ScreenProps & { readonly code: ScreenCode }) {
  const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
  useEffect(() => {
    if (code.screen !== undefined) return;
    code.load().then(
      () => setState('loaded'),
      () => setState('failed'),
    );
  }, [code]);
  const { screen: Screen } = code;
  if (Screen !== undefined) {
    return (
      <Boundary>
        <Screen params={params} />
      </Boundary>
    );
  }
  // After an update of the server the old code is gone; some browsers also remember that an import has failed.
  return state === 'failed' ? <ReloadPage title="state.notLoaded" hint="state.notLoadedHint" /> : <Loading />;
}

function Loading() {
  const t = useMessages();
  return (
    <Page title={t('state.loading')}>
      <Skeleton label={t('state.loading')} />
    </Page>
  );
}
