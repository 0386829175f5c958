import { type FormatXMLElementFn, IntlMessageFormat, type PrimitiveType } from 'intl-messageformat';
import { LOCALE } from './locale.js';
import catalogue from './messages.json' with { type: 'json' };

export type MessageId = keyof typeof catalogue;

/** Whether the catalogue has a message, such as one for a value that the server sent. */
export const isMessage = (id: string): id is MessageId => Object.hasOwn(catalogue, id);

type Values = Readonly<Record<string, PrimitiveType>>;

/** Formats a message of the catalogue in the browser's locale, with its values. */
export type Translate = (id: MessageId, values?: Values) => string;

const formats = new Map<MessageId, IntlMessageFormat>();

/** @returns the message as text; `<code>{catalogue}</code>` has the patterns, in ICU MessageFormat */
export const translate: Translate = (id, values = {}) => {
  let format = formats.get(id);
  if (format === undefined) {
    // The build has replaced the pattern's text by its parsed form; see build/messages.ts.
    format = new IntlMessageFormat(catalogue[id], LOCALE);
    formats.set(id, format);
  }
  const text = format.format(values as Record<string, PrimitiveType | FormatXMLElementFn<string>>);
  return typeof text === 'string' ? text : String(text);
};

/** The messages, for components. */
export function useMessages(): Translate {
  return translate;
}
