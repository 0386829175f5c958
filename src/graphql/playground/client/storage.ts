import { EXAMPLE_HEADERS } from './example.js';

/**
 * The browser's localStorage, without the headers panel: credentials must not remain when the page closes.
 *
 * GraphiQL's `shouldPersistHeaders: false` affects only the tabs. Its history (5.4.0) still stores the headers of every
 * query, so this replaces each stored `headers` text with the template. It stores the template rather than nothing
 * because choosing an entry of the history copies the stored text to the headers panel.
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
    // Queries and the sizes of panes are not JSON and stay unchanged.
    return stored;
  }
}
