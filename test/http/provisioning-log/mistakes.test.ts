import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OKTA_HEADERS, type ScimAnswer, type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { eventually } from './waiting.js';

/**
 * Each mistake of the product document's troubleshooting section, made through each provider, found in the provisioning
 * log alone, mended as the log says, and gone (rules 49 to 57).
 */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

type Attributes = Readonly<Record<string, unknown>>;

/** An identity provider, and the requests that it sends. */
interface Provider {
  readonly name: 'OKTA' | 'ENTRA';
  readonly headers: Readonly<Record<string, string>>;
  create(scim: ScimClient, attributes: Attributes): Promise<ScimAnswer>;
  deactivate(scim: ScimClient, id: string): Promise<ScimAnswer>;
}

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Okta looks for the person, creates with all attributes beside each other, and deactivates with a boolean. */
const OKTA: Provider = {
  name: 'OKTA',
  headers: OKTA_HEADERS,
  async create(scim, { userName, ...attributes }) {
    await scim.get(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}&startIndex=1&count=100`);
    const emails = [{ primary: true, value: userName, type: 'work' }];
    return scim.post('/Users', {
      schemas: [CORE],
      userName,
      emails,
      active: true,
      groups: [],
      ...attributes,
    });
  },
  deactivate: (scim, id) =>
    scim.patch(`/Users/${id}`, {
      schemas: [PATCH],
      Operations: [{ op: 'replace', value: { active: false } }],
    }),
};

/** Entra sends the attributes of the extension in its object, and booleans as texts. */
const ENTRA: Provider = {
  name: 'ENTRA',
  headers: { 'User-Agent': 'Azure AD provisioning', Accept: 'application/scim+json' },
  async create(scim, { userName, ...attributes }) {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    await scim.get(`/Users?filter=${filter}`, ENTRA.headers);
    const body = { schemas: [CORE, EXTENSION], userName, active: true, [EXTENSION]: attributes };
    return scim.post('/Users', body, ENTRA.headers);
  },
  deactivate: (scim, id) =>
    scim.patch(
      `/Users/${id}`,
      { schemas: [PATCH], Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
      ENTRA.headers,
    ),
};

/** The workspace of one mistake. */
interface Stage {
  readonly provider: Provider;
  readonly workspaceId: string;
  readonly apiKey: string;
  readonly ownerMemberId: string;
  readonly scim: ScimClient;
}

/** A screen as both providers call it. */
type Screens = Readonly<Record<Provider['name'], string>>;

interface Mistake {
  readonly mistake: string;
  readonly version: 'V1' | 'V2';
  readonly make: (stage: Stage) => Promise<ScimAnswer>;
  readonly status: number;
  /** What the log must name. */
  readonly code: string;
  readonly attribute?: string;
  /** The screens on which it is mended; others may be named too. */
  readonly screens: readonly Screens[];
  /** What the administrator does then; the provider's next request answers the problem. */
  readonly mend: (stage: Stage) => Promise<unknown>;
}

const BOB = 'bob@acme.test';

const both = (screen: string): Screens => ({ OKTA: screen, ENTRA: screen });
const KEYS = both('Rollcall → Settings → API keys');
const SEATS = both('Rollcall → Settings → Seats');
const MEMBERS = both('Rollcall → Members');
const CONNECTION: Screens = {
  OKTA: 'Applications → your SCIM app → Provisioning → Integration',
  ENTRA: 'Enterprise applications → your app → Provisioning → Admin Credentials',
};
const ATTRIBUTES: Screens = {
  OKTA: 'Directory → Profile Editor → your SCIM app',
  ENTRA: 'Enterprise applications → your app → Provisioning → Mappings → Edit attribute list',
};
const MAPPINGS: Screens = {
  OKTA: 'Applications → your SCIM app → Provisioning → To App → Attribute Mappings',
  ENTRA: 'Enterprise applications → your app → Provisioning → Mappings',
};
const ASSIGNMENTS: Screens = {
  OKTA: 'Applications → your SCIM app → Assignments',
  ENTRA: 'Enterprise applications → your app → Users and groups',
};

const creating =
  (attributes: Attributes): Mistake['make'] =>
  ({ provider, scim }) =>
    provider.create(scim, { userName: BOB, ...attributes });

const MISTAKES: readonly Mistake[] = [
  {
    mistake: 'the key is pasted with quotes',
    version: 'V2',
    make: ({ provider, workspaceId, apiKey }) =>
      provider.create(app.scim(workspaceId, `"${apiKey}"`), { userName: BOB }),
    status: 401,
    code: 'KEY_UNKNOWN',
    screens: [KEYS, CONNECTION],
    mend: creating({ role: 'editor' }),
  },
  {
    mistake: 'the base URL has the ID of another workspace',
    version: 'V2',
    async make({ provider, apiKey }) {
      const other = await app.workspace({ version: 'V2' });
      return provider.create(app.scim(other.workspaceId, apiKey), { userName: BOB });
    },
    status: 401,
    code: 'KEY_OF_OTHER_WORKSPACE',
    screens: [CONNECTION],
    mend: creating({ role: 'editor' }),
  },
  {
    mistake: 'role is not one of admin, editor and viewer',
    version: 'V2',
    make: creating({ role: 'manager' }),
    status: 400,
    code: 'INVALID_INPUT',
    attribute: 'role',
    screens: [MAPPINGS],
    mend: creating({ role: 'editor' }),
  },
  {
    mistake: 'seatType is not a valid value',
    version: 'V1',
    make: creating({ seatType: 'gold' }),
    status: 400,
    code: 'INVALID_INPUT',
    attribute: 'seatType',
    screens: [MAPPINGS],
    mend: creating({ seatType: 'builder' }),
  },
  {
    mistake: 'no seat of the type is free',
    version: 'V1',
    async make({ provider, scim }) {
      expect((await provider.create(scim, { userName: 'ann@acme.test', seatType: 'builder' })).status).toBe(
        201,
      );
      return provider.create(scim, { userName: BOB, seatType: 'builder' });
    },
    status: 403,
    code: 'SEAT_UNAVAILABLE',
    attribute: 'seatType',
    screens: [SEATS],
    async mend({ provider, workspaceId, scim }) {
      const seats = [{ seatType: 'BUILDER', total: 2 }];
      await app.graphql(
        app.operatorToken,
        'mutation ($input: SeatsSetInput!) { seatsSet(input: $input) { __typename } }',
        { input: { workspaceId, seats } },
      );
      await provider.create(scim, { userName: BOB, seatType: 'builder' });
    },
  },
  {
    mistake: 'seatType is sent to a V2 workspace, even empty',
    version: 'V2',
    make: creating({ role: 'editor', seatType: '' }),
    status: 400,
    code: 'WRONG_WORKSPACE_VERSION',
    attribute: 'seatType',
    screens: [ATTRIBUTES],
    mend: creating({ role: 'editor' }),
  },
  {
    mistake: 'role is sent to a V1 workspace',
    version: 'V1',
    make: creating({ seatType: 'builder', role: 'admin' }),
    status: 400,
    code: 'WRONG_WORKSPACE_VERSION',
    attribute: 'role',
    screens: [ATTRIBUTES],
    mend: creating({ seatType: 'builder' }),
  },
  {
    mistake: 'SCIM changes an owner',
    version: 'V2',
    make: ({ provider, scim, ownerMemberId }) => provider.deactivate(scim, ownerMemberId),
    status: 403,
    code: 'OWNER_PROTECTED',
    screens: [MEMBERS, ASSIGNMENTS],
    async mend({ provider, workspaceId, scim, ownerMemberId }) {
      const mutate = async (name: string, memberId: string, more = {}) => {
        const { errors } = await app.graphql(
          app.operatorToken,
          `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename } }`,
          { input: { workspaceId, memberId, ...more } },
        );
        expect(errors).toBeUndefined();
      };
      const { body } = await provider.create(scim, { userName: BOB, role: 'admin' });
      await mutate('ownerPromote', body.id);
      await mutate('ownerDemote', ownerMemberId, { access: { roleAccess: { role: 'EDITOR' } } });
      expect((await provider.deactivate(scim, ownerMemberId)).status).toBe(200);
    },
  },
  {
    mistake: 'creditLimit is set for a viewer',
    version: 'V2',
    make: creating({ role: 'viewer', creditLimit: 50 }),
    status: 400,
    code: 'CREDIT_LIMIT_NOT_ALLOWED',
    attribute: 'creditLimit',
    screens: [ASSIGNMENTS],
    mend: creating({ role: 'editor', creditLimit: 50 }),
  },
];

const PROBLEMS = `query ($id: ID!) {
  workspace(id: $id) {
    scim {
      health { status }
      problems {
        code attribute client cause
        fix { summary steps { screen do } }
        subjects { name network request { reference } }
      }
    }
  }
}`;

interface Log {
  readonly health: { readonly status: string };
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly problems: any[];
}

/** What the administrator reads, once it is as expected or for long enough. */
function log({ workspaceId }: Stage, isRight: (log: Log) => boolean): Promise<Log> {
  return eventually(async () => {
    const { data } = await app.graphql(app.operatorToken, PROBLEMS, { id: workspaceId });
    return data.workspace.scim;
  }, isRight);
}

describe.each([OKTA, ENTRA])('$name', (provider) => {
  test.each(MISTAKES)('$mistake', async ({ version, make, status, code, attribute, screens, mend }) => {
    const { workspaceId, apiKey, ownerMemberId } = await app.workspace({
      version,
      ...(version === 'V1' ? { seats: { builder: 1 } } : {}),
    });
    const stage = { provider, workspaceId, apiKey, ownerMemberId, scim: app.scim(workspaceId, apiKey) };
    const answer = await make(stage);
    expect(answer.status).toBe(status);

    const { problems } = await log(stage, (read) => read.problems.length > 0);
    expect(problems).toMatchObject([{ code, client: provider.name, attribute: attribute ?? null }]);
    const [{ cause, fix, subjects }] = problems;
    expect(cause).toMatch(/^[A-Z].*\.$/);
    expect(fix.summary).toMatch(/^[A-Z].*\.$/);
    const named = fix.steps.map(({ screen }: { screen: string }) => screen);
    expect(named).toEqual(expect.arrayContaining(screens.map((screen) => screen[provider.name])));
    // A refusal that reached the provider is found by the reference that the provider shows.
    if (status !== 401) expect(answer.body.detail).toContain(subjects[0].request.reference);

    await mend(stage);
    const isMended = ({ problems: left, health }: Log) => left.length === 0 && health.status === 'HEALTHY';
    expect(await log(stage, isMended)).toMatchObject({
      health: { status: 'HEALTHY' },
      problems: [],
    });
  });
});
