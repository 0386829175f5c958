import type { Kind } from './kinds.js';

/** What is declared of a setting. */
interface Declaration<Value> {
  /** The environment variable. */
  readonly name: string;
  readonly kind: Kind<Value>;
  /** For the table of settings. */
  readonly meaning: string;
  /** Whether it must be kept from people who may read the others. */
  readonly isSecret?: true;
  /** Why a server in production needs it, as the end of the sentence "NAME is needed in production: …". */
  readonly needed?: string;
}

/** A setting. */
export interface Setting<Value> extends Omit<Declaration<unknown>, 'kind'> {
  readonly kind: Kind<Value>;
  /** The defaults as they would be set; undefined where there is none. */
  readonly defaults: Readonly<Record<Mode, string | undefined>>;
  /** The value when it is not set. */
  fallback(mode: Mode): Value;
}

/** Which default applies. */
export type Mode = 'development' | 'production';

/** The type of a setting's values. */
export type ValueOf<Declared> = Declared extends Setting<infer Value> ? Value : never;

/**
 * A setting with a default.
 * @param development the default, as it would be set
 * @throws Error, when the module is loaded, for a default that is not allowed
 */
export function withDefault<Value>(
  declaration: Declaration<Value>,
  development: string,
  production = development,
): Setting<Value> {
  const { kind, name } = declaration;
  const value = (text: string, isDevelopment: boolean) => {
    const parsed = kind.parse(text, isDevelopment);
    if (parsed === undefined) throw new Error(`the default of ${name} is not allowed`);
    return parsed;
  };
  const values = { development: value(development, true), production: value(production, false) };
  return { ...declaration, defaults: { development, production }, fallback: (mode) => values[mode] };
}

const NONE = { development: undefined, production: undefined } as const;

/** A setting without a default. */
export function optional<Value>(declaration: Declaration<Value>): Setting<Value | undefined> {
  return { ...declaration, defaults: NONE, fallback: () => undefined };
}

/** A setting that lists nothing by default. */
export function list<Value>(declaration: Declaration<readonly Value[]>): Setting<readonly Value[]> {
  return { ...declaration, defaults: NONE, fallback: () => [] };
}
