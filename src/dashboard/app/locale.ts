/**
 * The locale in which dates and numbers are written: that of the browser. Chromium without a configured locale names one
 * that Intl refuses (`en-US@posix`), and then it is English.
 */
export const LOCALE = navigator.languages.find(isLocale) ?? 'en';

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
