import { readFileSync } from 'node:fs';
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';

/**
 * Compiles the ICU message catalogue while Vite builds, so that the browser needs no parser.
 * @returns a Vite plugin that turns `messages.json` into a module of parsed messages by id
 * @throws Error naming the message that does not parse
 */
export function compiledMessages(): Plugin {
  return {
    name: 'compiled-messages',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('/app/messages.json')) return undefined;
      const catalogue: Record<string, string> = JSON.parse(readFileSync(id, 'utf8'));
      const compiled = Object.entries(catalogue).map(([key, text]) => [key, parsed(key, text)]);
      return { code: `export default ${JSON.stringify(Object.fromEntries(compiled))}`, moduleType: 'js' };
    },
  };
}

function parsed(key: string, text: string): unknown {
  try {
    return parse(text, { captureLocation: false });
  } catch (error) {
    throw new Error(`messages.json: "${key}" is not an ICU message`, { cause: error });
  }
}
