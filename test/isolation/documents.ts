import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { plain, probesOf, required, type Sources, type Value } from './arguments.js';

/** An argument with its value. */
interface Argument {
  readonly argument: GraphQLArgument;
  readonly value: Value;
}

/** A field on the way from the root, with its arguments. */
interface Step {
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: readonly Argument[];
}

/** Something to ask: fields from the root down, and what is selected of the last one. */
export interface Question {
  /** The field and the argument, such as `Workspace.member(id=member)`. */
  readonly name: string;
  /** See `Probe`. */
  readonly deep: boolean;
  readonly steps: readonly Step[];
}

/** A request's body. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Field = GraphQLField<unknown, unknown>;

function fieldsOf(type: GraphQLNamedType): Field[] {
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

function requiredArguments(field: Field): Argument[] {
  return field.args
    .filter(isRequiredArgument)
    .map((argument) => ({ argument, value: plain(argument.type, argument.name) }));
}

/** The shortest way from a root to each object type, through the caller's own workspace. */
export function waysTo(schema: GraphQLSchema, root: GraphQLObjectType): ReadonlyMap<string, readonly Step[]> {
  const ways = new Map<string, readonly Step[]>([[root.name, []]]);
  const waiting: GraphQLObjectType[] = [root];
  for (let type = waiting.shift(); type !== undefined; type = waiting.shift()) {
    const way = ways.get(type.name) ?? [];
    for (const field of fieldsOf(type)) {
      const target = getNamedType(field.type);
      const types = isAbstractType(target)
        ? schema.getPossibleTypes(target)
        : isObjectType(target)
          ? [target]
          : [];
      // An abstract type needs a fragment on the way: a concrete way to the same type is found through other fields.
      if (types.length !== 1) continue;
      for (const next of types) {
        if (ways.has(next.name)) continue;
        ways.set(next.name, [...way, { field, args: requiredArguments(field) }]);
        waiting.push(next);
      }
    }
  }
  return ways;
}

/**
 * A question for every field that has an argument, for every place in the argument where something of another workspace
 * could be named.
 */
export function questionsOf(schema: GraphQLSchema, root = queriesOf(schema)): Question[] {
  return [...waysTo(schema, root)].flatMap(([name, way]) =>
    fieldsOf(schema.getType(name) ?? root).flatMap((field) =>
      field.args.flatMap((argument) => {
        const others = requiredArguments(field).filter((one) => one.argument !== argument);
        return probesOf(argument.type, argument.name).map(({ place, value, deep }) => ({
          name: `${name}.${field.name}(${place})`,
          deep,
          steps: [...way, { field, args: [...others, { argument, value }] }],
        }));
      }),
    ),
  );
}

/** The same for a root whose fields take one `input`, and with every name in it the other workspace's. */
export function commandsOf(schema: GraphQLSchema, root: GraphQLObjectType): Question[] {
  const wholly = fieldsOf(root).flatMap((field) =>
    field.args.flatMap((argument) => {
      const type = getNamedType(argument.type);
      if (!isInputObjectType(type)) return [];
      const value = required(type, ({ other }: Sources) => other);
      return [{ name: `${field.name}(all)`, deep: false, steps: [{ field, args: [{ argument, value }] }] }];
    }),
  );
  const partly = questionsOf(schema, root).filter(({ steps }) => steps.length === 1);
  return [...wholly, ...partly];
}

/** A question for every type that can be read without naming anything but the caller's own: all of its fields. */
export function readingsOf(schema: GraphQLSchema): Question[] {
  const root = queriesOf(schema);
  return [...waysTo(schema, root)].flatMap(([name, steps]) =>
    steps.length === 0 ? [] : [{ name, deep: false, steps }],
  );
}

/** A list with cursors. */
export interface CursorList {
  readonly name: string;
  readonly list: Question;
  /** The page after a cursor. */
  after(cursor: string): Question;
}

/** Every list that can be continued. */
export function cursorsOf(schema: GraphQLSchema): CursorList[] {
  const root = queriesOf(schema);
  return [...waysTo(schema, root)].flatMap(([type, way]) =>
    fieldsOf(schema.getType(type) ?? root).flatMap((field) => {
      const argument = field.args.find((one) => one.name === 'after');
      if (argument === undefined) return [];
      const name = `${type}.${field.name}`;
      const args = requiredArguments(field);
      const question = (more: readonly Argument[]) => ({
        name,
        deep: false,
        steps: [...way, { field, args: [...args, ...more] }],
      });
      return [{ name, list: question([]), after: (cursor) => question([{ argument, value: () => cursor }]) }];
    }),
  );
}

/** @throws Error for a schema without queries */
function queriesOf(schema: GraphQLSchema): GraphQLObjectType {
  const root = schema.getQueryType();
  if (!root) throw new Error('the schema has no queries');
  return root;
}

/** What differs between two answers of the same kind, or costs too much here. */
const OMITTED = new Set(['terraform', 'durationMs', 'lastUsedAt', 'lastUsedFrom']);

/**
 * A selection of every field of a type that needs no argument.
 * @param depth how many levels of objects
 */
export function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType, depth: number): string {
  if (isLeafType(type)) return '';
  if (isAbstractType(type)) return abstractSelection(schema.getPossibleTypes(type));
  const parts = fieldsOf(type).flatMap((field) => {
    const target = getNamedType(field.type);
    if (OMITTED.has(field.name) || field.args.some(isRequiredArgument)) return [];
    if (isLeafType(target)) return [field.name];
    if (depth === 0) return [];
    const size = field.args.find(({ name }) => ['first', 'days', 'months'].includes(name));
    const few = size === undefined ? '' : `(${size.name}: 3)`;
    // The nodes of a connection are no deeper than the connection.
    const deeper = /(Connection|Edge)$/.test(type.name) ? depth : depth - 1;
    const inner = field.name === 'edges' ? '{ cursor }' : selectionOf(schema, target, deeper);
    return inner === '' ? [] : [`${field.name}${few} ${inner}`];
  });
  return parts.length === 0 ? '{ __typename }' : `{ ${parts.join(' ')} }`;
}

/** The leaves of all possible types. Fields of one name and several types would be in conflict. */
function abstractSelection(types: readonly GraphQLObjectType[]): string {
  const leaves = new Map<string, string>();
  const shown = types.map((type) => {
    const names = fieldsOf(type)
      .filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)
      .filter(({ name, type: leaf }) => {
        const known = leaves.get(name) ?? String(leaf);
        leaves.set(name, known);
        return known === String(leaf);
      })
      .map(({ name }) => name);
    return `... on ${type.name} { ${names.join(' ')} }`;
  });
  return `{ __typename ${shown.join(' ')} }`;
}

/** One operation that asks several questions. */
export function operationOf(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation' | 'subscription',
  questions: readonly Question[],
  sources: Sources,
): Operation {
  const declared: string[] = [];
  const variables: Record<string, unknown> = {};
  const place = ({ argument, value }: Argument) => {
    const name = `v${declared.length}`;
    declared.push(`$${name}: ${argument.type}`);
    variables[name] = value(sources);
    return `${argument.name}: $${name}`;
  };
  const written = ({ field, args }: Step) => {
    const few = field.args
      .filter(({ name }) => name === 'first' && !args.some(({ argument }) => argument.name === name))
      .map(() => 'first: 2');
    const all = [...args.map(place), ...few];
    return all.length === 0 ? field.name : `${field.name}(${all.join(', ')})`;
  };
  const fields = questions.map(({ steps }, index) => {
    const last = steps.at(-1);
    if (last === undefined) throw new Error('a question has at least one field');
    const selection = selectionOf(schema, getNamedType(last.field.type), 1);
    const [first = '', ...rest] = steps.map(written);
    return `q${index}: ${first}${rest.map((step) => ` { ${step}`).join('')} ${selection}${' }'.repeat(rest.length)}`;
  });
  const head = declared.length === 0 ? '' : `(${declared.join(', ')})`;
  return { query: `${kind} ${head} { ${fields.join('\n')} }`, variables };
}
