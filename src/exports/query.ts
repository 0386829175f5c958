import { coerceInputValue, type GraphQLSchema, isInputType } from 'graphql';
import { DomainError } from '../domain/errors.js';

/**
 * Reads the query parameters of an export. An unknown one is refused, so that a misspelled `filter` does not export
 * everything.
 * @param known the names of the export's parameters
 * @throws DomainError INVALID_INPUT
 */
export function readParameters<Name extends string>(
  url: string,
  known: readonly Name[],
): ReadonlyMap<Name, string> {
  const found = new Map<Name, string>();
  const at = url.indexOf('?');
  for (const [sent, value] of new URLSearchParams(at < 0 ? '' : url.slice(at + 1))) {
    const name = known.find((one) => one === sent);
    if (name === undefined || found.has(name)) {
      const message =
        name === undefined ? `There is no parameter ${shown(sent)}.` : `${name} is there twice.`;
      throw new DomainError('INVALID_INPUT', message, {
        attribute: shown(sent),
        hint: `The parameters, at most once each, are: ${known.join(', ')}.`,
      });
    }
    found.set(name, value);
  }
  return found;
}

/**
 * Reads a parameter that contains an input object of the GraphQL schema as JSON, validated like a variable of that type.
 * @param attribute the parameter's name, for error messages
 * @returns the value that a resolver would receive
 * @throws DomainError INVALID_INPUT with the path of the invalid value
 */
export function readInput(schema: GraphQLSchema, typeName: string, attribute: string, text: string): object {
  const type = schema.getType(typeName);
  if (!isInputType(type)) throw new Error(`the schema has no input type ${typeName}`);
  const value: unknown = coerceInputValue(parsed(typeName, attribute, text), type, (path, _value, error) => {
    const place = [attribute, ...path].join('.');
    throw new DomainError('INVALID_INPUT', `${place}: ${error.message}`, {
      attribute: place,
      hint: `It is JSON of the type ${typeName} of the GraphQL schema, for example ${exampleOf(typeName)}.`,
    });
  });
  if (typeof value !== 'object' || value === null) throw notAnObject(typeName, attribute);
  return value;
}

/** A valid example value for each type. */
const EXAMPLES: Readonly<Record<string, string>> = {
  MemberFilter: '{"active":{"eq":true}}',
  AuditFilter: '{"action":"member.add"}',
};

function exampleOf(typeName: string): string {
  return EXAMPLES[typeName] ?? '{}';
}

function parsed(typeName: string, attribute: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnObject(typeName, attribute);
  }
}

function notAnObject(typeName: string, attribute: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} is not a JSON object.`, {
    attribute,
    hint: `Send JSON, percent-encoded, for example ${encodeURIComponent(exampleOf(typeName))}.`,
  });
}

/** Shortens a name for an error message. */
function shown(name: string): string {
  return name.slice(0, 40);
}
