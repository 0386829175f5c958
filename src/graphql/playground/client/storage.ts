import { EXAMPLE_HEADERS } from './example.js';

/**
 * The browser's localStorage, without the headers panel: credentials must not outlive the page.
 *
 * GraphiQL's `shouldPersistHeaders: false` covers the tabs only. Its history (5.4.0) still writes the headers
 * of every query it has run, so each stored `headers` text is replaced by the template here; the template and
 * not nothing, because choosing an entry of the history sets the headers panel to what was stored.
 */
export const storageWithoutCredentials = {
  get length() {
    return localStorage.length;
  },
  getItem: (key: string) => localStorage.getItem(key),
  setItem: (key: string, value: string) => localStorage.setItem(key, withoutHeaders(value)),
  removeItem: (key: string) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
};

function withoutHeaders(stored: string): string {
  try {
    return JSON.stringify(JSON.parse(stored), (key, value) =>
      key === 'headers' && typeof value === 'string' ? EXAMPLE_HEADERS : value,
    );
  } catch {
    // Not everything stored is JSON: queries and the sizes of panes are kept as they are.
    return stored;
  }
}
