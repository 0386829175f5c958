import { v7, validate } from 'uuid';

/** Returns a new id: a UUIDv7, so that the rows of a table are in the order of their creation. */
export function newId(): string {
  return v7();
}

/** Whether a text has the form of an id. Other texts never reach the database. */
export function isId(text: string): boolean {
  return validate(text);
}
