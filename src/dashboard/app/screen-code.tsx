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
  async load(): Promise<Screen> {
    this.#screen = (await this.#import()).default;
    return this.#screen;
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
  const [Screen, setScreen] = useState(() => code.screen);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    if (Screen !== undefined) return;
    code.load().then(
      (screen) => setScreen(() => screen),
      () => setFailed(true),
    );
  }, [code, Screen]);
  if (Screen !== undefined) {
    return (
      <Boundary>
        <Screen params={params} />
      </Boundary>
    );
  }
  // After an update of the server the old code is gone, and browsers remember that an import has failed: only a reload helps.
  return hasFailed ? <ReloadPage title="state.notLoaded" hint="state.notLoadedHint" /> : <Loading />;
}

function Loading() {
  const t = useMessages();
  return (
    <Page title={t('state.loading')}>
      <Skeleton label={t('state.loading')} />
    </Page>
  );
}
