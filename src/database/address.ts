/**
 * The address of a database, and the user to connect as. A `host` that starts with `/` is the directory of a unix
 * socket.
 */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password?: string;
  database: string;
}
