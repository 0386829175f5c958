import { graphqlClient, scimClient, type TestApp, type TestGraphql } from '../../app.js';
import { CORE, ROLLCALL } from '../../http/scim/resources.js';
import type { Command, Kind } from './commands.js';

/** What the commands of one workspace have made so far. Some of it is gone by now, which is a case as well. */
export interface Place {
  readonly workspaceId: string;
  readonly version: 'V1' | 'V2';
  readonly apiKey: string;
  readonly memberIds: Map<string, string>;
  readonly groupIds: Map<string, string>;
  readonly keys: { readonly id: string; secret: string }[];
  readonly invitations: { readonly id: string; readonly token: string; readonly email: string | null }[];
}

/** What came of a request: its status, or the codes of its refusals. */
export type Outcome = string;

const SEATS = ['STARTER', 'BUILDER', 'PRO'] as const;
const ROLES = ['VIEWER', 'EDITOR', 'ADMIN'] as const;

/** Executes commands, each through the server that it names. */
export class Driver {
  readonly #urls: readonly string[];
  readonly #places: readonly Place[];
  readonly #operator: string;
  readonly #graphql: readonly TestGraphql[];
  readonly mailSession: TestApp['mailSession'];

  constructor(
    app: Pick<TestApp, 'operatorToken' | 'mailSession'>,
    urls: readonly string[],
    places: readonly Place[],
  ) {
    this.#operator = app.operatorToken;
    this.mailSession = app.mailSession;
    this.#urls = urls;
    this.#places = places;
    this.#graphql = urls.map(graphqlClient);
  }

  /**
   * @returns what came of it; null where there is nothing yet that it could be about
   * @throws Error for an answer that no request may get
   */
  async run(command: Command): Promise<Outcome | null> {
    const place = this.#places[command.workspace % this.#places.length];
    if (place === undefined) throw new Error('there is no workspace');
    return await this.#commandOf(command.kind)(place, command);
  }

  #commandOf(kind: Kind): (place: Place, command: Command) => Promise<Outcome | null> {
    return COMMANDS[kind].bind(null, this);
  }

  async scim(
    { workspaceId, apiKey }: Place,
    { server }: Command,
    method: 'post' | 'put' | 'patch' | 'delete' | 'get',
    path: string,
    body?: object,
  ): Promise<{ readonly outcome: Outcome; readonly id?: string }> {
    const url = this.#urls[server % this.#urls.length];
    const client = scimClient(`${url}/scim/v2/organizations/${workspaceId}`, apiKey);
    const answer =
      method === 'get' || method === 'delete' ? await client[method](path) : await client[method](path, body);
    if (answer.status >= 500)
      throw new Error(`${method} ${path} was answered with ${JSON.stringify(answer)}`);
    return { outcome: `${answer.status}`, id: answer.body?.id };
  }

  /** Sends a mutation as the operator, or with another credential. */
  async mutate(
    { workspaceId }: Place,
    { server }: Command,
    name: string,
    selection: string,
    {
      credential = this.#operator,
      ...input
    }: Readonly<Record<string, unknown>> & { readonly credential?: string },
  ) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} } }`;
    const send = this.#graphql[server % this.#graphql.length];
    if (send === undefined) throw new Error('there is no server');
    const scoped = WITHOUT_WORKSPACE.has(name) ? input : { workspaceId, ...input };
    const answer = await send(credential, query, { input: scoped });
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
    if (codes.some((code) => !REFUSALS.has(code)))
      throw new Error(`${name} of ${JSON.stringify(input)} was answered with ${JSON.stringify(answer)}`);
    return { outcome: codes.join(' ') || 'done', data: answer.data?.[name] };
  }
}

const WITHOUT_WORKSPACE = new Set(['invitationAccept', 'sessionCreate']);

/** What a request may be refused with. Any other error is a fault. */
const REFUSALS = new Set([
  'NOT_FOUND',
  'FORBIDDEN',
  'INVALID_INPUT',
  'ALREADY_A_MEMBER',
  'ALREADY_A_GROUP',
  'ALREADY_INVITED',
  'INVITATION_CLOSED',
  'CREDIT_LIMIT_NOT_ALLOWED',
  'WRONG_WORKSPACE_VERSION',
  'SEAT_UNAVAILABLE',
  'OWNER_PROTECTED',
  'LAST_OWNER',
  'STALE_VERSION',
  'CREDITS_EXHAUSTED',
  'UNAUTHENTICATED',
  'RATE_LIMITED',
]);

type Run = (driver: Driver, place: Place, command: Command) => Promise<Outcome | null>;

function emailOf({ version }: Place, person: number): string {
  return `person-${person}@${version.toLowerCase()}.test`;
}

/** Three people have each. */
function externalIdOf({ person }: Command): string {
  return `external-${Math.floor(person / 3)}`;
}

function scimAccess({ version }: Place, choice: number): object {
  return version === 'V1'
    ? { [ROLLCALL]: { seatType: SEATS[choice % 3]?.toLowerCase() } }
    : { [ROLLCALL]: { role: ROLES[choice % 3]?.toLowerCase() } };
}

function access({ version }: Place, choice: number): object {
  return version === 'V1'
    ? {
        seatAccess: {
          role: choice % 4 === 0 ? 'ADMIN' : 'MEMBER',
          seatType: choice % 5 === 0 ? null : SEATS[choice % 3],
        },
      }
    : { roleAccess: { role: ROLES[choice % 3] } };
}

/** Runs on the member of the command's person, if there has been one. */
function onMember(
  run: (
    driver: Driver,
    place: Place,
    command: Command,
    memberId: string,
  ) => Promise<{ readonly outcome: Outcome }>,
): Run {
  return async (driver, place, command) => {
    const memberId = place.memberIds.get(emailOf(place, command.person));
    return memberId === undefined ? null : (await run(driver, place, command, memberId)).outcome;
  };
}

/** The same for the command's group. */
function onGroup(
  run: (
    driver: Driver,
    place: Place,
    command: Command,
    groupId: string,
  ) => Promise<{ readonly outcome: Outcome }>,
): Run {
  return async (driver, place, command) => {
    const groupId = place.groupIds.get(`Group ${command.group}`);
    return groupId === undefined ? null : (await run(driver, place, command, groupId)).outcome;
  };
}

const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

const membersOf = (place: Place, ...people: number[]) =>
  people.flatMap((person) => place.memberIds.get(emailOf(place, person)) ?? []);

const COMMANDS: Readonly<Record<Kind, Run>> = {
  'scim add': async (driver, place, command) => {
    const userName = emailOf(place, command.person);
    const body = {
      schemas: [CORE, ROLLCALL],
      userName,
      ...(command.choice % 3 ? {} : { externalId: externalIdOf(command) }),
      ...(command.choice % 2 ? scimAccess(place, command.choice) : {}),
    };
    const { outcome, id } = await driver.scim(place, command, 'post', '/Users', body);
    if (id !== undefined) place.memberIds.set(userName, id);
    return outcome;
  },
  'scim replace': onMember((driver, place, command, id) =>
    driver.scim(place, command, 'put', `/Users/${id}`, {
      schemas: [CORE, ROLLCALL],
      userName: emailOf(place, command.person),
      displayName: `Replaced ${command.choice}`,
      active: command.choice % 3 !== 0,
      ...scimAccess(place, command.choice),
    }),
  ),
  'scim activate': onMember((driver, place, command, id) =>
    driver.scim(
      place,
      command,
      'patch',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'active', value: true }),
    ),
  ),
  'scim deactivate': onMember((driver, place, command, id) =>
    driver.scim(place, command, 'patch', `/Users/${id}`, patch({ op: 'replace', value: { active: false } })),
  ),
  'scim access': onMember((driver, place, command, id) =>
    driver.scim(
      place,
      command,
      'patch',
      `/Users/${id}`,
      patch({ op: 'replace', value: scimAccess(place, command.choice) }),
    ),
  ),
  'scim external id': onMember((driver, place, command, id) =>
    driver.scim(
      place,
      command,
      'patch',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'externalId', value: externalIdOf(command) }),
    ),
  ),
  'scim rename': onMember((driver, place, command, id) =>
    driver.scim(
      place,
      command,
      'patch',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'userName', value: emailOf(place, command.other) }),
    ),
  ),
  'scim delete': onMember((driver, place, command, id) =>
    driver.scim(place, command, 'delete', `/Users/${id}`),
  ),
  'scim group': async (driver, place, command) => {
    const displayName = `Group ${command.group}`;
    const members = membersOf(place, command.person, command.other).map((value) => ({ value }));
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName, members };
    const { outcome, id } = await driver.scim(place, command, 'post', '/Groups', body);
    if (id !== undefined) place.groupIds.set(displayName, id);
    return outcome;
  },
  'scim group members': onGroup((driver, place, command, id) => {
    const value = membersOf(place, command.person, command.other).map((memberId) => ({ value: memberId }));
    const op = ['add', 'replace', 'remove'][command.choice % 3];
    return driver.scim(place, command, 'patch', `/Groups/${id}`, patch({ op, path: 'members', value }));
  }),
  'scim group delete': onGroup((driver, place, command, id) =>
    driver.scim(place, command, 'delete', `/Groups/${id}`),
  ),
  'scim bulk': async (driver, place, command) => {
    const [first = 'none', second = 'none'] = membersOf(place, command.person, command.other);
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        {
          method: 'PATCH',
          path: `/Users/${first}`,
          data: patch({ op: 'replace', path: 'active', value: false }),
        },
        {
          method: 'PATCH',
          path: `/Users/${second}`,
          data: patch({ op: 'replace', path: 'active', value: true }),
        },
      ],
    };
    return (await driver.scim(place, command, 'post', '/Bulk', body)).outcome;
  },
  add: async (driver, place, command) => {
    const userName = emailOf(place, command.person);
    const input = { userName, ...(command.choice % 2 ? { access: access(place, command.choice) } : {}) };
    const { outcome, data } = await driver.mutate(place, command, 'memberAdd', 'member { id }', input);
    if (data) place.memberIds.set(userName, data.member.id);
    return outcome;
  },
  remove: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberRemove', 'changed', { memberId }),
  ),
  delete: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberDelete', 'memberId', { memberId }),
  ),
  update: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberUpdate', 'changed', {
      memberId,
      profile: { displayName: `Updated ${command.choice}` },
      ...(command.choice % 3 ? {} : { externalId: externalIdOf(command) }),
    }),
  ),
  access: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberSetAccess', 'changed', {
      memberId,
      access: access(place, command.choice),
    }),
  ),
  'clear access': onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberClearAccess', 'changed', { memberId }),
  ),
  limit: onMember((driver, place, command, memberId) =>
    command.choice % 3 === 0
      ? driver.mutate(place, command, 'memberClearCreditLimit', 'changed', { memberId })
      : driver.mutate(place, command, 'memberSetCreditLimit', 'changed', {
          memberId,
          creditLimit: 1 + command.choice,
        }),
  ),
  'bulk remove': async (driver, place, command) => {
    const ids = [...new Set(membersOf(place, command.person, command.other))];
    if (ids.length === 0) return null;
    const change = command.choice % 2 ? { action: 'REMOVE' } : { access: access(place, command.choice) };
    return (
      await driver.mutate(place, command, 'membersBulkUpdate', 'changedCount', {
        members: { ids },
        change,
        dryRun: false,
      })
    ).outcome;
  },
  promote: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'ownerPromote', 'changed', { memberId }),
  ),
  demote: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'ownerDemote', 'changed', {
      memberId,
      access: access(place, command.choice),
    }),
  ),
  seats: async (driver, place, command) => {
    const seats = [{ seatType: SEATS[command.group], total: 1 + (command.choice % 6) }];
    return (await driver.mutate(place, command, 'seatsSet', 'workspace { id }', { seats })).outcome;
  },
  group: async (driver, place, command) => {
    const displayName = `Group ${command.group}`;
    const memberIds = [...new Set(membersOf(place, command.person, command.other))];
    const { outcome, data } = await driver.mutate(place, command, 'groupCreate', 'group { id }', {
      displayName,
      memberIds,
    });
    if (data) place.groupIds.set(displayName, data.group.id);
    return outcome;
  },
  'group members': onGroup((driver, place, command, groupId) => {
    const ids = [...new Set(membersOf(place, command.person, command.other))];
    const name = ['addMemberIds', 'removeMemberIds', 'memberIds'][command.choice % 3] ?? 'memberIds';
    return driver.mutate(place, command, 'groupUpdate', 'changed', { groupId, [name]: ids });
  }),
  'group rename': onGroup((driver, place, command, groupId) =>
    driver.mutate(place, command, 'groupUpdate', 'changed', {
      groupId,
      displayName: `Group ${command.choice % 2 ? command.group : `new ${command.choice}`}`,
    }),
  ),
  'group delete': onGroup((driver, place, command, groupId) =>
    driver.mutate(place, command, 'groupDelete', 'groupId', { groupId }),
  ),
  grant: onGroup((driver, place, command, groupId) => {
    const grant =
      place.version === 'V1' ? { seatType: SEATS[command.choice % 3] } : { role: ROLES[command.choice % 3] };
    return driver.mutate(place, command, 'groupSetGrant', 'changed', { groupId, grant, dryRun: false });
  }),
  'clear grant': onGroup((driver, place, command, groupId) =>
    driver.mutate(place, command, 'groupClearGrant', 'changed', { groupId, dryRun: false }),
  ),
  'key create': async (driver, place, command) => {
    const input = { name: `Key ${command.choice}`, scopes: ['SCIM'] };
    const { outcome, data } = await driver.mutate(
      place,
      command,
      'apiKeyCreate',
      'secret apiKey { id }',
      input,
    );
    if (data) place.keys.push({ id: data.apiKey.id, secret: data.secret });
    return outcome;
  },
  'key use': async (driver, place, command) => {
    const key = keyOf(place, command);
    if (key === undefined) return null;
    return (await driver.scim({ ...place, apiKey: key.secret }, command, 'get', '/Users?count=1')).outcome;
  },
  'key disable': onKey('apiKeyUpdate', 'apiKey { id }', ({ choice }) => ({
    enabled: choice % 2 === 0,
    name: `Key ${choice}`,
  })),
  'key rotate': onKey('apiKeyRotate', 'secret', () => ({ overlapHours: 1 })),
  'key delete': onKey('apiKeyDelete', 'apiKeyId', () => ({})),
  invite: async (driver, place, command) => {
    const email = emailOf(place, command.person);
    const { outcome, data } = await driver.mutate(
      place,
      command,
      'invitationCreate',
      'token invitation { id }',
      { email },
    );
    if (data) place.invitations.push({ id: data.invitation.id, token: data.token, email });
    return outcome;
  },
  'invite by link': async (driver, place, command) => {
    const { outcome, data } = await driver.mutate(
      place,
      command,
      'invitationLinkCreate',
      'token invitation { id }',
      { maxUses: 2 },
    );
    if (data) place.invitations.push({ id: data.invitation.id, token: data.token, email: null });
    return outcome;
  },
  resend: async (driver, place, command) => {
    const invitation = place.invitations.at(-1 - (command.choice % 3));
    if (invitation === undefined) return null;
    const { outcome, data } = await driver.mutate(place, command, 'invitationResend', 'token', {
      invitationId: invitation.id,
    });
    if (data) place.invitations.push({ ...invitation, token: data.token });
    return outcome;
  },
  revoke: async (driver, place, command) => {
    const invitation = place.invitations.at(-1 - (command.choice % 3));
    if (invitation === undefined) return null;
    return (
      await driver.mutate(place, command, 'invitationRevoke', 'changed', { invitationId: invitation.id })
    ).outcome;
  },
  accept: async (driver, place, command) => {
    const invitation = place.invitations.at(-1 - (command.choice % 3));
    if (invitation === undefined) return null;
    const email = invitation.email ?? emailOf(place, command.person);
    const session = await driver.mutate(place, command, 'sessionCreate', 'token', {
      email,
      createAccount: true,
    });
    if (!session.data) return session.outcome;
    const input = { credential: session.data.token, token: invitation.token };
    const { outcome, data } = await driver.mutate(place, command, 'invitationAccept', 'member { id }', input);
    if (data) place.memberIds.set(email, data.member.id);
    return outcome;
  },
  'sign in': async (driver, place, command) => {
    const email = emailOf(place, command.person);
    const { outcome, data } = await driver.mutate(place, command, 'sessionCreate', 'token', {
      email,
      createAccount: true,
    });
    return data ? manage(driver, place, command, data.token) : outcome;
  },
  'sign in by mail': async (driver, place, command) =>
    manage(
      driver,
      place,
      command,
      await driver.mailSession(emailOf(place, command.person), place.workspaceId),
    ),
  'end sessions': onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'memberSessionsEnd', 'ended', { memberId }),
  ),
  consume: onMember((driver, place, command, memberId) =>
    driver.mutate(place, command, 'creditsConsume', 'replayed', {
      memberId,
      amount: 1 + (command.choice % 5),
      // Some come twice.
      idempotencyKey: `use ${command.person} ${command.choice}`,
    }),
  ),
  read: async (driver, place, command) =>
    (await driver.scim(place, command, 'get', '/Users?count=5')).outcome,
};

/** A person who may changes the access of somebody. */
async function manage(
  driver: Driver,
  place: Place,
  command: Command,
  credential: string,
): Promise<Outcome | null> {
  const [memberId] = membersOf(place, command.other);
  if (memberId === undefined) return null;
  const input = { credential, memberId, access: access(place, command.choice) };
  return (await driver.mutate(place, command, 'memberSetAccess', 'changed', input)).outcome;
}

function keyOf(place: Place, { choice }: Command): Place['keys'][number] | undefined {
  return place.keys.at(-1 - (choice % 3));
}

function onKey(name: string, selection: string, more: (command: Command) => object): Run {
  return async (driver, place, command) => {
    const key = keyOf(place, command);
    if (key === undefined) return null;
    const input = { apiKeyId: key.id, ...more(command) };
    const { outcome, data } = await driver.mutate(place, command, name, selection, input);
    if (typeof data?.secret === 'string') key.secret = data.secret;
    return outcome;
  };
}
