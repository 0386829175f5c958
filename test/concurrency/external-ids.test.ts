import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ScimAnswer, type ScimClient, scimClient, startTestApp, type TestApp } from '../app.js';
import { nextAddress } from '../http/graphql/operations.js';
import { create } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Rule 15: one active member of a workspace has an externalId, whichever processes are asked at the same moment. */

let app: TestApp;
let beside: Awaited<ReturnType<TestApp['beside']>>;
let doors: ScimClient[];

beforeAll(async () => {
  app = await startTestApp();
  beside = await app.beside();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', brake: false });
  doors = [app.url, beside.url].map((url) =>
    scimClient(`${url}/scim/v2/organizations/${workspaceId}`, apiKey),
  );
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await beside.stop();
  await app.stop();
});

const ROUNDS = 10;
const externalIdOf = (externalId: string) => ({
  Operations: [{ op: 'replace', path: 'externalId', value: externalId }],
});
const active = (value: boolean) => ({ Operations: [{ op: 'replace', path: 'active', value }] });

function outcomes(answers: readonly ScimAnswer[]): string[] {
  return answers.map(({ status, body }) => [status, body?.scimType].filter(Boolean).join(' ')).sort();
}

async function inEveryRound(
  name: string,
  run: (externalId: string, at: (index: number) => ScimClient) => Promise<void>,
) {
  for (let round = 0; round < ROUNDS; round += 1) {
    await run(`${name}-${round}`, (index) => doors[(round + index) % doors.length] as ScimClient);
  }
}

describe('two processes', () => {
  test('that add people with one externalId: one is added', async () => {
    await inEveryRound('add', async (externalId, at) => {
      const answers = await Promise.all(
        [0, 1, 2, 3].map((index) => at(index).post('/Users', { userName: nextAddress(), externalId })),
      );
      expect(outcomes(answers)).toEqual(['201', '409 uniqueness', '409 uniqueness', '409 uniqueness']);
    });
  });

  test('that give two members one externalId: one gets it', async () => {
    await inEveryRound('change', async (externalId, at) => {
      const members = [
        await create(at(0), { userName: nextAddress() }),
        await create(at(1), { userName: nextAddress() }),
      ];
      const answers = await Promise.all(
        members.map(({ id }, index) => at(index).patch(`/Users/${id}`, externalIdOf(externalId))),
      );
      expect(outcomes(answers)).toEqual(['200', '409 uniqueness']);
    });
  });

  test('of which one adds somebody back while the other gives the externalId to another member: one succeeds', async () => {
    await inEveryRound('back', async (externalId, at) => {
      const former = await create(at(0), { userName: nextAddress(), externalId });
      await at(0).patch(`/Users/${former.id}`, active(false));
      const other = await create(at(1), { userName: nextAddress() });
      const answers = await Promise.all([
        at(0).patch(`/Users/${former.id}`, active(true)),
        at(1).patch(`/Users/${other.id}`, externalIdOf(externalId)),
      ]);
      expect(outcomes(answers)).toEqual(['200', '409 uniqueness']);
    });
  });
});
