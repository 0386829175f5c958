import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, matching, type User } from './resources.js';

/** RFC 7644 §3.4.2: every attribute that is returned can be filtered, also those that a resource derives (case 2). */

let app: TestApp;
let scim: ScimClient;
let base: string;
let ann: User;
let group: User;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspaceId, apiKey);
  base = `${app.url}/scim/v2/organizations/${workspaceId}`;
  ann = await create(scim, { userName: 'ann@acme.test', displayName: 'Ann Lee' });
  const bob = await create(scim, { userName: 'bob@acme.test' });
  const members = [{ value: ann.id }, { value: bob.id }];
  group = (await scim.post('/Groups', { displayName: 'Sales', members })).body as unknown as User;
  await scim.post('/Groups', { displayName: 'Empty' });
});

afterAll(async () => {
  await app.stop();
});

const filled = (filter: string) =>
  filter.replace('ANN', `${base}/Users/${ann.id}`).replace('SALES', `${base}/Groups/${group.id}`);

describe('users', () => {
  test.each([
    ['meta pr', 3],
    ['meta.location eq "ANN"', 1],
    ['meta.location eq "https://else.test/Users/1"', 0],
    ['meta.location ne "ANN"', 2],
    ['meta.location pr', 3],
    ['meta.version eq "W/\\"2\\""', 2],
    ['meta.version eq "2"', 0],
    ['meta.version ne "W/\\"2\\""', 1],
    ['groups.type eq "direct"', 2],
    ['groups.type eq "indirect"', 0],
    ['groups.$ref eq "SALES"', 2],
    ['groups[type eq "Direct" and $ref eq "SALES"]', 2],
    ['groups[type ne "direct"]', 0],
  ])('%s: %i', async (filter, found) => {
    const { status, body } = await scim.get(matching(filled(filter)));
    expect([status, body.totalResults]).toEqual([200, found]);
  });
});

describe('groups', () => {
  test.each([
    ['meta.location eq "SALES"', 1],
    ['meta.version eq "W/\\"1\\""', 2],
    ['members.display eq "ann lee"', 1],
    ['members.display eq "bob@acme.test"', 1],
    ['members.display eq "ann@acme.test"', 0],
    ['members.type eq "User"', 1],
    ['members.type eq "Group"', 0],
    ['members.$ref eq "ANN"', 1],
    ['members[$ref eq "ANN" and display sw "Ann"]', 1],
    ['members[$ref eq "ANN" and display sw "Bob"]', 0],
  ])('%s: %i', async (filter, found) => {
    const path = `/Groups?filter=${encodeURIComponent(filled(filter))}`;
    const { status, body } = await scim.get(path);
    expect([status, body.totalResults]).toEqual([200, found]);
  });
});
