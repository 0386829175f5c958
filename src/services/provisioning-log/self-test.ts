import { randomBytes } from 'node:crypto';
import type { Sql } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import type { SeatType } from '../../domain/access.js';
import type { Fix } from '../../domain/provisioning-fixes.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type DryRun, dryRun } from './dry-run.js';
import { explained } from './explain.js';

export const SELF_TEST_STEPS = [
  'TEST_CREDENTIALS',
  'SEARCH',
  'CREATE',
  'READ',
  'UPDATE',
  'DEACTIVATE',
  'REACTIVATE',
  'GROUP_PUSH',
  'GROUP_DELETE',
  'DELETE',
] as const;
export type SelfTestStepName = (typeof SELF_TEST_STEPS)[number];

export const SELF_TEST_OUTCOMES = ['PASSED', 'FAILED', 'SKIPPED'] as const;
export type SelfTestOutcome = (typeof SELF_TEST_OUTCOMES)[number];

/** One step of the request sequence of an identity provider. */
export interface SelfTestStep {
  readonly step: SelfTestStepName;
  readonly outcome: SelfTestOutcome;
  /** The request: method and path. */
  readonly request: string;
  /** Null for a step that was skipped. */
  readonly status: number | null;
  /** Why the step failed; null otherwise. */
  readonly detail: string | null;
  readonly fix: Fix | null;
}

export interface SelfTest {
  readonly passed: boolean;
  readonly steps: readonly SelfTestStep[];
}

const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Step {
  readonly step: SelfTestStepName;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  /** The ids that the step needs from earlier ones. */
  readonly needs?: 'user' | 'group';
}

/** The ids of the objects that earlier steps created. */
interface Created {
  user?: string;
  group?: string;
}

/**
 * Executes the whole request sequence of an identity provider in a dry run (rule 61), so that faults are found before
 * the provider is configured.
 * @throws DomainError as `authorize` does; RATE_LIMITED
 */
export async function selfTest(
  context: ServiceContext,
  { workspaceId, baseUrl }: { readonly workspaceId: string; readonly baseUrl: string },
): Promise<SelfTest> {
  const { workspace } = await authorize(context, 'scim.manage', workspaceId);
  return dryRun(context, workspace, async (run) => {
    const person = await testPerson(run.database, workspace);
    const created: Created = {};
    const steps: SelfTestStep[] = [];
    for (const next of SELF_TEST_STEPS)
      steps.push(await take(run, baseUrl, stepOf(next, person, created), created));
    return { passed: steps.every(({ outcome }) => outcome === 'PASSED'), steps };
  });
}

async function take(run: DryRun, baseUrl: string, step: Step, created: Created): Promise<SelfTestStep> {
  const { step: name, method, path, body, needs } = step;
  const request = `${method} ${path}`;
  if (needs !== undefined && created[needs] === undefined)
    return { step: name, outcome: 'SKIPPED', request, status: null, detail: null, fix: null };
  const answer = await run.send({ method, path, body, baseUrl });
  const { status, detail, fix } = explained(answer);
  const isExpected = status === step.status;
  const id = answer.body !== null && 'id' in answer.body ? String(answer.body.id) : undefined;
  if (isExpected && id !== undefined && name === 'CREATE') created.user = id;
  if (isExpected && id !== undefined && name === 'GROUP_PUSH') created.group = id;
  return { step: name, outcome: isExpected ? 'PASSED' : 'FAILED', request, status, detail, fix };
}

/** A person who does not exist, with the attributes of the workspace's version. */
interface TestPerson {
  readonly userName: string;
  readonly groupName: string;
  readonly attributes: object;
}

async function testPerson(sql: Sql, workspace: Workspace): Promise<TestPerson> {
  const mark = randomBytes(6).toString('hex');
  // RFC 2606 §2 reserves `.invalid`: nobody can have such an address.
  const names = { userName: `self-test-${mark}@rollcall.invalid`, groupName: `Self-test ${mark}` };
  if (workspace.version === 'V2') return { ...names, attributes: { [EXTENSION]: { role: 'editor' } } };
  return { ...names, attributes: { seatType: (await seatTypeFor(sql, workspace)).toLowerCase() } };
}

/** A seat type with a free seat, or else one that the workspace has bought, so that the fix says what is missing. */
async function seatTypeFor(sql: Sql, { id, defaultSeatType }: Workspace): Promise<SeatType> {
  const seats = await rowsOf(
    sql,
    query
      .selectFrom('seatAllocation')
      .select(['seatType', 'total', 'used'])
      .where('workspaceId', '=', id)
      .orderBy('seatType'),
  );
  const best = seats.find(({ total, used }) => total > used) ?? seats.find(({ total }) => total > 0);
  return best?.seatType ?? defaultSeatType ?? 'BUILDER';
}

function stepOf(
  step: SelfTestStepName,
  person: TestPerson,
  { user = '{id}', group = '{id}' }: Created,
): Step {
  const { userName, groupName, attributes } = person;
  const resource = {
    schemas: [CORE_USER],
    userName,
    name: { givenName: 'Self', familyName: 'Test' },
    ...attributes,
  };
  const patch = (value: object) => ({ schemas: [PATCH], Operations: [{ op: 'replace', value }] });
  switch (step) {
    case 'TEST_CREDENTIALS':
      return { step, method: 'GET', path: '/Users?startIndex=1&count=1', status: 200 };
    case 'SEARCH': {
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      return { step, method: 'GET', path: `/Users?filter=${filter}`, status: 200 };
    }
    case 'CREATE':
      return { step, method: 'POST', path: '/Users', body: { ...resource, active: true }, status: 201 };
    case 'READ':
      return { step, method: 'GET', path: `/Users/${user}`, status: 200, needs: 'user' };
    case 'UPDATE': {
      const body = { ...resource, active: true, title: 'Tester' };
      return { step, method: 'PUT', path: `/Users/${user}`, body, status: 200, needs: 'user' };
    }
    case 'DEACTIVATE':
    case 'REACTIVATE': {
      const body = patch({ active: step === 'REACTIVATE' });
      return { step, method: 'PATCH', path: `/Users/${user}`, body, status: 200, needs: 'user' };
    }
    case 'GROUP_PUSH': {
      const body = { displayName: groupName, members: [{ value: user }] };
      return { step, method: 'POST', path: '/Groups', body, status: 201, needs: 'user' };
    }
    case 'GROUP_DELETE':
      return { step, method: 'DELETE', path: `/Groups/${group}`, status: 204, needs: 'group' };
    case 'DELETE':
      return { step, method: 'DELETE', path: `/Users/${user}`, status: 204, needs: 'user' };
  }
}
