/** Gives the placeholder (`$1`, …) of a parameter by its name. */
export type Place = (name: string) => string;

/** The parameters of a statement by name, so that nobody counts positions. */
export class Parameters {
  readonly #names: string[] = [];

  /** The placeholder of a parameter, the same each time. */
  readonly place: Place = (name) => {
    const index = this.#names.indexOf(name);
    return `$${index === -1 ? this.#names.push(name) : index + 1}`;
  };

  /**
   * The values in the order of the placeholders.
   * @throws Error when one of them is missing
   */
  valuesOf(named: Readonly<Record<string, unknown>>): unknown[] {
    return this.#names.map((name) => {
      const value = named[name];
      if (value === undefined) throw new Error(`the statement's parameter ${name} has no value`);
      return value;
    });
  }
}

/** A statement whose parameters are bound by name. */
export interface NamedStatement {
  readonly text: string;
  valuesOf(named: Readonly<Record<string, unknown>>): unknown[];
}

/** Builds a statement once, for any number of executions. */
export function namedStatement(build: (place: Place) => string): NamedStatement {
  const parameters = new Parameters();
  const text = build(parameters.place);
  return { text, valuesOf: (named) => parameters.valuesOf(named) };
}
