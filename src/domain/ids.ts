import { v7, validate } from 'uuid';

/** A new id: UUIDv7, so that rows of one table lie in the order in which they were made. */
export function newId(): string {
  return v7();
}

/** Whether the text can be an id at all. What cannot be one does not exist, and never reaches the database. */
export function isId(text: string): boolean {
  return validate(text);
}
