import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Fault } from './fake-faults.js';
import { FakeGroups } from './fake-groups.js';
import { patched } from './fake-patch.js';

export const KEY = 'rck_test_0123456789abcdef';
const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

interface User {
  readonly id: string;
  active: boolean;
  version: number;
  attributes: Record<string, unknown>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown> | undefined;
}

export interface FakeServer {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  readonly userNames: () => string[];
  /** From now on the server has groups. */
  readonly haveGroups: () => void;
  readonly close: () => Promise<void>;
}

export type Reply = readonly [status: number, body?: unknown];

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly scimType?: string,
  ) {
    super(message);
  }
}

/** Starts a small SCIM server with a number of users, correct but for the faults. */
export async function startFakeServer(
  version: 'V1' | 'V2' | 'plain',
  people: number,
  ...faults: readonly Fault[]
): Promise<FakeServer> {
  const fake = new FakeScim(version, people, new Set(faults));
  const server = createServer((request, response) => void fake.handle(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  fake.origin = `http://127.0.0.1:${address.port}`;
  return {
    baseUrl: `${fake.origin}/scim/v2/organizations/w1/`,
    seen: fake.seen,
    userNames: () => fake.users.map((user) => String(user.attributes.userName)),
    haveGroups: () => fake.haveGroups(),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

class FakeScim {
  readonly seen: SeenRequest[] = [];
  readonly users: User[] = [];
  origin = '';
  #lists = 0;
  #ids = 0;
  #groups: FakeGroups | undefined;

  constructor(
    private readonly version: 'V1' | 'V2' | 'plain',
    people: number,
    private readonly faults: ReadonlySet<Fault>,
  ) {
    for (let number = 1; number <= people; number += 1) {
      this.#add({ userName: `person${number}@example.com` });
    }
  }

  haveGroups(): void {
    this.#groups = new FakeGroups(this.faults.has('member stays in the group'));
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: Record<string, unknown> | undefined = text === '' ? undefined : JSON.parse(text);
    const url = new URL(request.url ?? '', this.origin);
    const path = url.pathname.replace('/scim/v2/organizations/w1', '');
    const method = request.method ?? '';
    this.seen.push({ method, path: path + url.search, headers: request.headers, body });
    try {
      if (this.faults.has('one 429') && this.seen.length === 1) {
        response.setHeader('Retry-After', '0');
        throw new Refusal(429, 'too many requests');
      }
      if (
        request.headers.authorization?.replace('Bearer ', '') !== KEY &&
        !this.faults.has('any key accepted')
      ) {
        throw new Refusal(401, 'the API key is not known');
      }
      const [status, resource] = this.#route(method, path, url.searchParams, body ?? {}, response);
      send(response, status, resource);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(response, error);
    }
  }

  #route(
    method: string,
    path: string,
    parameters: URLSearchParams,
    body: Record<string, unknown>,
    response: ServerResponse,
  ): Reply {
    if (path === '/Schemas') return [200, this.#schemas()];
    if (path === '/ResourceTypes')
      return [200, { Resources: this.#groups === undefined ? [] : [{ name: 'Group' }] }];
    if (path === '/Groups' && this.#groups === undefined) return [200, this.#page([], parameters)];
    if (path.startsWith('/Groups') && this.#groups !== undefined) {
      const answered = this.#groups.answer(method, path, parameters, body);
      if (answered !== undefined) return answered;
    }
    if (path === '/Users' && method === 'GET') return [200, this.#list(parameters)];
    if (path === '/Users' && method === 'POST') return this.#create(body, response);
    const user = this.users.find(({ id }) => path === `/Users/${id}`);
    if (user === undefined) throw new Refusal(404, 'no such user');
    if (this.faults.has('inactive is gone') && !user.active && method === 'GET') {
      throw new Refusal(404, 'no such user');
    }
    if (method === 'PUT') this.#replace(user, body);
    if (method === 'PATCH') this.#patch(user, body);
    if (method === 'DELETE') return this.#delete(user);
    if (method === 'PATCH' && this.faults.has('PATCH answers 204')) return [204];
    const resource = this.#resource(user);
    const attributes = parameters.get('attributes')?.split(',');
    if (attributes === undefined || this.faults.has('attributes ignored')) return [200, resource];
    const kept = ['id', 'schemas', ...attributes];
    return [200, Object.fromEntries(Object.entries(resource).filter(([name]) => kept.includes(name)))];
  }

  #schemas() {
    const root =
      this.version === 'V1' ? [{ name: 'userName' }, { name: 'seatType' }] : [{ name: 'userName' }];
    const schemas: { id: string; attributes: { name: string }[] }[] = [{ id: USER, attributes: root }];
    if (this.version === 'V2') schemas.push({ id: EXTENSION, attributes: [{ name: 'role' }] });
    return { totalResults: schemas.length, Resources: schemas };
  }

  #list(parameters: URLSearchParams) {
    const filter = parameters.get('filter');
    if (filter === null) {
      this.#lists += 1;
      const reversed = this.faults.has('order changes') && this.#lists % 2 === 0;
      return this.#page(reversed ? this.users.toReversed() : this.users, parameters);
    }
    const [, attribute = '', sought] = /^(userName|externalId) eq (".*")$/.exec(filter) ?? [];
    if (sought === undefined) {
      if (this.faults.has('filter ignored when malformed')) return this.#page(this.users, parameters);
      throw new Refusal(400, 'the filter ends too early', 'invalidFilter');
    }
    const fold = (text: string) =>
      this.faults.has('filter compares userName with case') ? text : text.toLowerCase();
    const found = this.users.filter(
      (user) =>
        (fold(String(user.attributes[attribute])) === fold(JSON.parse(sought)) ||
          this.faults.has('everybody is found')) &&
        (user.active || !this.faults.has('inactive is not found')),
    );
    return this.#page(found, parameters);
  }

  #page(users: readonly User[], parameters: URLSearchParams) {
    const startIndex = Number(parameters.get('startIndex') ?? 1);
    const count = Number(parameters.get('count') ?? 100);
    const overlap = this.faults.has('page overlaps the one before') && startIndex > 1 ? 1 : 0;
    const from = this.faults.has('startIndex ignored') ? 0 : startIndex - 1 - overlap;
    const page =
      this.faults.has('empty page before the end') && startIndex > 1 ? [] : users.slice(from, from + count);
    const growth = this.faults.has('total grows') && users.length > 1 ? this.#lists : 0;
    const total = users.length + growth;
    return {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: this.faults.has('counts as strings') ? String(total) : total,
      startIndex,
      itemsPerPage: this.faults.has('itemsPerPage is the count asked for') ? count : page.length,
      Resources: page.map((user) => this.#resource(user)),
    };
  }

  #create(body: Record<string, unknown>, response: ServerResponse): Reply {
    if (this.faults.has('create refused')) throw new Refusal(403, 'SCIM is not enabled');
    const userName = String(body.userName).toLowerCase();
    const taken = this.users.some((user) => String(user.attributes.userName).toLowerCase() === userName);
    if (taken && !this.faults.has('duplicate created'))
      throw new Refusal(409, 'already a member', 'uniqueness');
    const user = this.#add(withoutReadOnly(body));
    const resource: Record<string, unknown> = this.#resource(user);
    if (!this.faults.has('create without Location')) {
      response.setHeader('Location', `${this.origin}/scim/v2/organizations/w1/Users/${user.id}`);
    }
    if (this.faults.has('create without id')) delete resource.id;
    if (this.faults.has('create returns the password')) resource.password = body.password;
    return [201, resource];
  }

  #add(attributes: Record<string, unknown>): User {
    this.#ids += 1;
    const { [ALIAS]: access, ...others } = attributes;
    const canonical = access === undefined ? others : { ...others, [EXTENSION]: access };
    const user = { id: `id-${this.#ids}`, active: true, version: 1, attributes: canonical };
    this.users.push(user);
    return user;
  }

  #replace(user: User, body: Record<string, unknown>): void {
    if (this.faults.has('no free seat') && Object.hasOwn(body, 'seatType'))
      throw new Refusal(403, 'builder: 5 of 5 taken');
    const before = JSON.stringify([user.active, user.attributes]);
    const kept = this.faults.has('names not kept') ? { name: user.attributes.name } : {};
    const next: Record<string, unknown> = { ...withoutReadOnly(body), ...kept };
    if (this.faults.has('access not kept')) next[EXTENSION] = user.attributes[EXTENSION];
    if (typeof body.active === 'boolean') user.active = body.active;
    user.attributes = next;
    const changed = before !== JSON.stringify([user.active, user.attributes]);
    if (changed || this.faults.has('version changes with every PUT')) user.version += 1;
  }

  #patch(user: User, body: Record<string, unknown>): void {
    if (this.faults.has('PATCH ignored')) return;
    const { active, ...attributes } = patched({ ...user.attributes, active: user.active }, body.Operations, {
      makesMissing: !this.faults.has('filtered path makes nothing'),
    });
    user.active = this.faults.has('text taken for true')
      ? Boolean(active)
      : String(active).toLowerCase() === 'true';
    user.attributes = attributes;
    user.version += 1;
  }

  #delete(user: User): Reply {
    if (this.faults.has('DELETE not implemented')) throw new Refusal(501, 'no deletion here');
    if (this.faults.has('deleted is still there')) return [204];
    this.users.splice(this.users.indexOf(user), 1);
    return [204];
  }

  #resource(user: User): Record<string, unknown> {
    return {
      schemas: [USER],
      ...user.attributes,
      id: user.id,
      active: user.active,
      ...(this.faults.has('seatType on V2') ? { seatType: null } : {}),
      meta: { resourceType: 'User', version: `W/"${user.version}"` },
    };
  }

  #refuse(response: ServerResponse, { status, message, scimType }: Refusal): void {
    if (this.faults.has('errors as HTML')) {
      response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>Sorry</h1>');
      return;
    }
    const given = scimType !== undefined && !this.faults.has('errors without scimType') ? { scimType } : {};
    send(response, status, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: this.faults.has('error status as number') ? status : String(status),
      ...given,
      detail: this.faults.has('detail repeats the key') ? `${message} (${KEY})` : message,
    });
  }
}

function withoutReadOnly(body: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, meta: _meta, active: _active, password: _password, ...attributes } = body;
  return attributes;
}

function send(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(
    status,
    body === undefined ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' },
  );
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
