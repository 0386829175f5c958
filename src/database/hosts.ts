import { Client, type ClientConfig } from 'pg';

/** One of the servers that may be the primary. A `name` that starts with `/` is the directory of a unix socket. */
export interface Host {
  readonly name: string;
  readonly port: number;
}

const DEFAULT_PORT = '5432';

/** The beginning of a URL with a user and no host, which libpq accepts and `URL` does not. */
const WITHOUT_HOST = /^(postgres(?:ql)?:\/\/[^/?#]*@)(?=(?::\d*)?\/)/s;
const DEFAULT_HOST = 'localhost';

/** How long a server may take to say whether it takes changes. */
const DEADLINE_MS = 1500;

/** The values of `target_session_attrs` that mean a server that takes changes. */
const WRITABLE: readonly (string | null)[] = [null, 'any', 'read-write', 'primary'];

/** A `postgresql://` URL, taken apart. */
export interface ParsedUrl {
  /** The URL with the first host alone, as `URL` and pg understand it. */
  readonly url: string;
  readonly hosts: readonly [Host, ...Host[]];
}

/**
 * Reads a URL as libpq does (PostgreSQL's manual, "Connection URIs"): several hosts are separated by commas, in the
 * authority or in the parameters `host` and `port`.
 * @returns undefined when it is malformed, has no database, or asks for a server that takes no changes
 */
export function parseDatabaseUrl(given: string): ParsedUrl | undefined {
  const text = given.replace(WITHOUT_HOST, `$1${DEFAULT_HOST}`);
  const [, scheme, user = '', authority = '', rest = ''] =
    /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#@]*)(\/.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const urls = authority.split(',').map((host) => URL.parse(`${scheme}${user}${host}${rest}`));
  const [url] = urls;
  if (url == null || url.pathname.length < 2) return undefined;
  const { searchParams } = url;
  if (!WRITABLE.includes(searchParams.get('target_session_attrs'))) return undefined;
  const listed = (name: string) => searchParams.get(name)?.split(',');
  const names = listed('host') ?? urls.map((each) => nameIn(each?.hostname ?? ''));
  const ports = listed('port') ?? urls.map((each) => each?.port ?? '');
  if (names.length === 1) return { url: text, hosts: [{ name: names[0] ?? '', port: portIn(ports[0]) }] };
  if (ports.length !== 1 && ports.length !== names.length) return undefined;
  const hosts = names.map((name, index) => ({
    name,
    port: portIn(ports.length === 1 ? ports[0] : ports[index]),
  }));
  const isValid = hosts.every(({ name, port }) => name !== '' && port > 0 && port < 65_536);
  const [first, ...others] = hosts;
  if (first === undefined || !isValid || urls.includes(null)) return undefined;
  for (const name of ['host', 'port', 'target_session_attrs']) searchParams.delete(name);
  return { url: url.href, hosts: [first, ...others] };
}

/**
 * A name as it is connected to: `URL` keeps the brackets of an IPv6 address, and what is percent-encoded.
 * @returns '' for a name whose encoding is wrong
 */
function nameIn(hostname: string): string {
  try {
    return decodeURIComponent(hostname.replace(/^\[(.*)\]$/, '$1'));
  } catch {
    return '';
  }
}

function portIn(text: string | undefined): number {
  return Number(text || DEFAULT_PORT);
}

/** None of the servers takes changes at the moment. */
class NoPrimaryError extends Error {
  /** cannot_connect_now: nothing was run. */
  readonly code = '57P03';

  constructor() {
    super('none of the servers in DATABASE_URL takes changes');
    this.name = 'NoPrimaryError';
  }
}

/** Knows which of several servers is the primary. */
export class Primary {
  readonly #hosts: readonly [Host, ...Host[]];
  #found: Promise<Host> | undefined;

  constructor(hosts: readonly [Host, ...Host[]]) {
    this.#hosts = hosts;
  }

  /**
   * Asks all servers at once, unless it is known: the first that takes changes is the primary.
   * @param config user, password and encryption
   * @returns one of the servers also when none takes changes: connecting to it says why
   */
  find(config: ClientConfig): Promise<Host> {
    if (this.#found === undefined) {
      const found = Promise.any(this.#hosts.map((host) => requireWritable(config, host))).catch(() => {
        if (this.#found === found) this.forget();
        return this.#hosts[0];
      });
      this.#found = found;
    }
    return this.#found;
  }

  /** Has the next connection ask again, because the server refused one. */
  forget(): void {
    this.#found = undefined;
  }
}

async function requireWritable(config: ClientConfig, { name, port }: Host): Promise<Host> {
  const limits = { connectionTimeoutMillis: DEADLINE_MS, query_timeout: DEADLINE_MS };
  const client = new Client({ ...config, password: config.password, ...limits });
  Object.assign(client, { host: name, port });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('transaction_read_only') = 'off' as writable",
    );
    if (rows[0]?.writable !== true) throw new NoPrimaryError();
    return { name, port };
  } finally {
    client.connection.stream.destroy();
  }
}

/** A client that connects to the primary, when its configuration has one. */
export class PrimaryClient extends Client {
  readonly #config: PrimaryConfig;
  #isEnded = false;
  #isReady = false;

  constructor(config: PrimaryConfig = {}) {
    super(config);
    this.#config = config;
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error | null) => void): void;
  // biome-ignore lint/suspicious/noConfusingVoidType: pg's overloads give a promise or, with a callback, nothing.
  override connect(callback?: (error: Error | null) => void): Promise<Client> | void {
    const { primary } = this.#config;
    if (primary === undefined) return callback === undefined ? super.connect() : super.connect(callback);
    const connected = this.#connectTo(primary());
    if (callback === undefined) return connected;
    connected.then(() => callback(null), callback);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    this.#isEnded = true;
    return callback === undefined ? super.end() : super.end(callback);
  }

  async #connectTo(primary: Primary): Promise<Client> {
    const { name, port } = await primary.find(this.#config);
    if (this.#isEnded) throw new Error('Client was closed');
    this.host = name;
    this.port = port;
    this.#refuseStandby();
    try {
      return await super.connect();
    } catch (error) {
      primary.forget();
      throw error;
    }
  }

  /** Fails the connecting when the server says at its beginning that it takes no changes: it was the primary before. */
  #refuseStandby(): void {
    const { connection } = this;
    connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      const isOfInterest = ['in_hot_standby', 'default_transaction_read_only'].includes(parameterName);
      if (!isOfInterest || parameterValue !== 'on' || this.#isReady) return;
      // pg would take the connection for ready, and send what waits for it.
      connection.removeAllListeners('readyForQuery');
      connection.stream.destroy(new NoPrimaryError());
    });
    connection.once('readyForQuery', () => {
      this.#isReady = true;
    });
  }
}

/** PostgreSQL reports these settings when a connection begins, and when they change. */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** A client's configuration; `primary` finds the server in place of `host` and `port`. MikroORM would copy an object. */
export interface PrimaryConfig extends ClientConfig {
  readonly primary?: () => Primary;
  /** Present for connections through PgBouncer. */
  readonly pooler?: Pooler;
}

/** What is known of a PgBouncer in transaction mode. */
export interface Pooler {
  /** Whether it keeps the prepared statements of its clients. */
  readonly prepares: boolean;
}
