import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';

const TOKEN = 'token-of-prometheus';

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp({ metrics: { token: TOKEN } });
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(() => app.stop());

function read(headers: Readonly<Record<string, string>> = { Authorization: `Bearer ${TOKEN}` }) {
  return fetch(`${app.url}/metrics`, { headers });
}

/** The value of a metric, with its labels as Prometheus writes them; undefined when it is absent. */
async function value(metric: string): Promise<number | undefined> {
  const text = await (await read()).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${metric} `));
  return line === undefined ? undefined : Number(line.slice(metric.length + 1));
}

describe('GET /metrics', () => {
  test('needs the token, and says so', async () => {
    for (const headers of [{}, { Authorization: 'Bearer another-token-entirely' }]) {
      const response = await read(headers);
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(await response.text()).toBe('Send METRICS_TOKEN as a Bearer token.\n');
    }
  });

  test('answers in the text format of Prometheus, and is not cached', async () => {
    const response = await read();
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.text()).toContain('# TYPE nodejs_eventloop_lag_p99_seconds gauge\n');
  });

  test('counts SCIM requests by route, and refusals by code', async () => {
    const client = app.scim(workspace.workspaceId, workspace.apiKey);
    expect((await client.post('/Users', { userName: 'ann@acme.test' })).status).toBe(201);
    expect((await client.post('/Users', { userName: 'ann@acme.test' })).status).toBe(409);
    const route = '/scim/v2/organizations/:workspaceId/Users';
    const posts = (status: number) =>
      value(
        `rollcall_http_request_duration_seconds_count{method="POST",route="${route}",status="${status}"}`,
      );
    await expect.poll(() => posts(201)).toBe(1);
    await expect.poll(() => posts(409)).toBe(1);
    expect(await value(`rollcall_refusals_total{route="${route}",code="ALREADY_A_MEMBER"}`)).toBe(1);
  });

  test('has no label with an id: paths that nobody serves are one route', async () => {
    await fetch(`${app.url}/somewhere/${workspace.workspaceId}`);
    await expect
      .poll(() =>
        value('rollcall_http_request_duration_seconds_count{method="GET",route="unknown",status="404"}'),
      )
      .toBe(1);
    expect(await (await read()).text()).not.toContain(workspace.workspaceId);
  });

  test('knows the pool, the provisioning log and engaged brakes', async () => {
    expect(await value('rollcall_database_up')).toBe(1);
    expect(await value('rollcall_database_connections{state="idle"}')).toBeGreaterThan(0);
    expect(await value('rollcall_database_waiting')).toBe(0);
    expect(await value('rollcall_provisioning_log_waiting')).toBeGreaterThanOrEqual(0);
    expect(await value('rollcall_provisioning_log_dropped_total')).toBe(0);
    expect(await value('rollcall_webhook_oldest_waiting_seconds')).toBe(0);
    expect(await value('rollcall_removal_brakes_engaged')).toBe(0);
    await app.sql('insert into scim_brake (workspace_id, engaged_at) values ($1, now())', [
      workspace.workspaceId,
    ]);
    expect(await value('rollcall_removal_brakes_engaged')).toBe(1);
  });
});

test('without a token there are no metrics in production', async () => {
  const other = await app.beside();
  try {
    expect((await fetch(`${other.url}/metrics`)).status).toBe(404);
  } finally {
    await other.stop();
  }
});
