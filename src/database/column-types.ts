import {
  type BinaryElement,
  BOOLEAN_ELEMENT,
  binaryArray,
  DOUBLE_ELEMENT,
  INTEGER_ELEMENT,
  JSONB_ELEMENT,
  TEXT_ELEMENT,
  TIMESTAMPTZ_ELEMENT,
  UUID_ELEMENT,
} from './binary-array.js';

/** A PostgreSQL type, with the types that the driver returns and accepts for its values. */
export interface ColumnType<Read, Written = Read> {
  /** As `format_type` writes it. */
  readonly name: string;
  readonly nullable: boolean;
  /** Absent for a type whose arrays are sent as text. */
  readonly element?: BinaryElement<Written>;
  /** What pg is given for a value; absent for a type whose values it is given as they are. */
  encode?(value: Written): unknown;
  /** Exists only in the type: the value in a row. */
  readonly '~read'?: Read;
  /** Exists only in the type: the value of a parameter. */
  readonly '~written'?: Written;
}

/** The type of a column's values in rows. */
export type ReadAs<Type> = Type extends ColumnType<infer Read, unknown> ? Read : never;

/** The type of values that can be bound to a parameter. */
export type WrittenAs<Type> = Type extends ColumnType<unknown, infer Written> ? Written : never;

function type<Read, Written = Read>(
  name: string,
  element?: BinaryElement<Written>,
): ColumnType<Read, Written> {
  return { name, nullable: false, ...(element && { element }) };
}

export const uuid = type<string>('uuid', UUID_ELEMENT);
export const text = type<string>('text', TEXT_ELEMENT);
export const integer = type<number>('integer', INTEGER_ELEMENT);
export const double = type<number>('double precision', DOUBLE_ELEMENT);
export const boolean = type<boolean>('boolean', BOOLEAN_ELEMENT);
/** Any precision: the driver reads each as a Date, and PostgreSQL describes parameters without a precision. */
export const timestamptz = type<Date>('timestamp with time zone', TIMESTAMPTZ_ELEMENT);

/** `text` from a closed list, which a CHECK of the table or the statement itself keeps to. */
export function oneOf<Value extends string>(_values: readonly Value[]): ColumnType<Value> {
  return type<Value>('text', TEXT_ELEMENT);
}

/** `jsonb` with a shape that only this program writes. It is bound as text, since the driver binds arrays as arrays. */
export function jsonb<Value>(): ColumnType<Value, string> {
  return type<Value, string>('jsonb', JSONB_ELEMENT);
}

/** `json`, as `json_build_object` and similar functions return it. */
export function json<Value>(): ColumnType<Value, string> {
  return type<Value, string>('json');
}

/** An array of the type's values. */
export function arrayOf<Read, Written>({
  name,
  element,
}: ColumnType<Read, Written>): ColumnType<Read[], readonly Written[]> {
  const encode = element && ((values: readonly Written[]) => binaryArray(element, values));
  return { name: `${name}[]`, nullable: false, ...(encode && { encode }) };
}

/** The type, or null. */
export function nullable<Read, Written>({
  name,
  element,
}: ColumnType<Read, Written>): ColumnType<Read | null, Written | null> {
  return { name, nullable: true, ...(element && { element }) };
}
