import { type ComponentProps, useSyncExternalStore } from 'react';
import { asRefusal, type Refusal } from '../app/client.js';
import { translate, useMessages } from '../app/messages.js';
import { showRefusal } from '../app/session.js';
import { Button } from '../ui/button.js';
import { showToast } from '../ui/toast.js';
import { save } from './download.js';

/** The URLs of the exports that are on their way, also when another screen is open. */
let running: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function store(changed: ReadonlySet<string>): void {
  running = changed;
  for (const listener of listeners) listener();
}

/** Asks before a tab is closed while an export is on its way. */
function warn(event: BeforeUnloadEvent): void {
  if (running.size > 0) event.preventDefault();
}

interface ExportButtonProps extends Pick<ComponentProps<typeof Button>, 'kind' | 'children'> {
  /** The path of the export, with its filter. */
  readonly url: string;
}

/** Saves an export of the server as a file. It says that the export runs, and why it was refused. */
export function ExportButton({ url, children, ...rest }: ExportButtonProps) {
  const t = useMessages();
  const isRunning = useSyncExternalStore(subscribe, () => running.has(url));
  const start = async () => {
    window.addEventListener('beforeunload', warn);
    store(new Set([...running, url]));
    await saveExport(url);
    store(new Set([...running].filter((other) => other !== url)));
  };
  return (
    <Button {...rest} isPending={isRunning} onPress={start}>
      {isRunning ? t('export.running') : children}
    </Button>
  );
}

/**
 * Reads a whole export before it is saved, because a browser that downloads it by itself tells the page neither why it
 * was refused nor that it was cut off. Browsers keep a large blob on the disk.
 */
async function saveExport(url: string): Promise<void> {
  try {
    const response = await fetch(url, { credentials: 'same-origin' });
    if (response.ok) save(nameOf(response, url), await response.blob());
    else showRefusal(refusalIn(await response.text()));
  } catch {
    showToast({ text: translate('export.cutOff'), isFailure: true });
  }
}

/** The name that the server gives the file (RFC 6266 §4.3: `filename*` goes before `filename`), else that of the path. */
function nameOf({ headers }: Response, url: string): string {
  const disposition = headers.get('Content-Disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="([^"]+)"/i.exec(disposition)?.[1];
  return encoded === undefined ? (plain ?? url.replace(/^.*\/|\?.*$/g, '')) : decodeURIComponent(encoded);
}

/** Reads a refusal of an export, which a proxy may have answered instead of the server. */
function refusalIn(text: string): Refusal {
  const { message, ...extensions } = errorIn(text);
  return asRefusal({
    message: typeof message === 'string' ? message : translate('export.refused'),
    extensions,
  });
}

function errorIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const { error }: { readonly error?: unknown } = JSON.parse(text);
    return typeof error === 'object' && error !== null ? { ...error } : {};
  } catch {
    return {};
  }
}
