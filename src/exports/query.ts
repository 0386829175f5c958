import { coerceInputValue, type GraphQLSchema, isInputType } from 'graphql';
import { DomainError } from '../domain/errors.js';

/**
 * The parameters of an export's address. One that does not exist is refused: who misspells `filter` must not be given
 * everybody.
 * @param known what the export understands
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
        hint: `What can be given, once each: ${known.join(', ')}.`,
      });
    }
    found.set(name, value);
  }
  return found;
}

/**
 * Reads a parameter that holds an input object of the GraphQL schema, as JSON: what a client sends there as a variable
 * it may send here as text, and it is judged by the same type.
 * @param attribute the parameter's name, for the refusal
 * @returns the value as GraphQL would give it to a resolver
 * @throws DomainError INVALID_INPUT, saying where the value is wrong
 */
export function readInput(schema: GraphQLSchema, typeName: string, attribute: string, text: string): object {
  const type = schema.getType(typeName);
  if (!isInputType(type)) throw new Error(`the schema has no input type ${typeName}`);
  const value: unknown = coerceInputValue(parsed(attribute, text), type, (path, _value, error) => {
    const place = [attribute, ...path].join('.');
    throw new DomainError('INVALID_INPUT', `${place}: ${error.message}`, {
      attribute: place,
      hint: `It is JSON of the type ${typeName} of the GraphQL schema, for example ${EXAMPLE}.`,
    });
  });
  if (typeof value !== 'object' || value === null) throw notAnObject(attribute);
  return value;
}

const EXAMPLE = '{"active":{"eq":true}}';

function parsed(attribute: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnObject(attribute);
  }
}

function notAnObject(attribute: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} is not a JSON object.`, {
    attribute,
    hint: `Send JSON, percent-encoded, for example ${encodeURIComponent(EXAMPLE)}.`,
  });
}

/** As much of a name that was sent as a message should repeat. */
function shown(name: string): string {
  return name.slice(0, 40);
}
