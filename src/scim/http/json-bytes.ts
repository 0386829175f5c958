/** How long a text of many parts may become before it takes long to put together. */
const MAX_PART_LENGTH = 16 * 1024;

/** A list of thousands as the text of its JSON, which is three times as fast to make as values and `JSON.stringify`. */
export class JsonList {
  /** The text in parts. */
  readonly parts: readonly string[];

  /** @param items the JSON of each value */
  constructor(items: Iterable<string>) {
    const parts: string[] = [];
    let part = '[';
    let separator = '';
    for (const item of items) {
      part += separator + item;
      separator = ',';
      if (part.length < MAX_PART_LENGTH) continue;
      parts.push(part);
      part = '';
    }
    this.parts = [...parts, `${part}]`];
  }

  /** For `JSON.stringify`, which cannot take a text as it is. */
  toJSON(): unknown {
    return JSON.parse(this.parts.join(''));
  }
}

/** What `JSON.stringify` returns: as bytes when a value of the body is a `JsonList`. */
export function jsonOf(body: object): string | Buffer {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  if (!entries.some(([, value]) => value instanceof JsonList)) return JSON.stringify(body);
  const parts = entries.flatMap(([name, value], index) => [
    `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    ...(value instanceof JsonList ? value.parts : [JSON.stringify(value)]),
  ]);
  return bytesOf([...parts, '}']);
}

/** The texts as one buffer, without others on the way: V8 collects garbage after so many bytes in buffers. */
function bytesOf(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) end += bytes.write(text, end);
  return bytes;
}
