import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/domain/ids.js';
import type { ScimEvent } from '../../../src/domain/provisioning-log.js';
import { NO_HINTS } from '../../../src/services/context/activity-hints.js';
import { ProvisioningLog } from '../../../src/services/provisioning-log/recorder.js';
import { scimEvent } from '../provisioning-log/scim-event.js';
import { type Setting, startSetting, verified } from './setting.js';

/** Rule 56, outward: a problem of provisioning is an event when it appears, when its cause changes and when it goes. */

let setting: Setting;

beforeAll(async () => {
  setting = await startSetting();
});

afterAll(() => setting.stop());

function userCreate(more: Partial<ScimEvent>): ScimEvent {
  return scimEvent({ target: { type: 'member', id: null, name: 'ann@acme.test' }, ...more });
}

const NO_SEAT = { status: 403, code: 'SEAT_UNAVAILABLE', attribute: 'seatType', value: 'builder' } as const;

test('problems are sent when they open and when they are solved, and not while they last', async () => {
  const workspaceId = await setting.workspace();
  const { secret } = await setting.webhook(workspaceId, ['scim.problemOpen', 'scim.problemSolve']);
  await setting.webhook(workspaceId, ['member.*']);
  const log = new ProvisioningLog(setting.database, {
    days: 30,
    hints: NO_HINTS,
    onFault: (error) => setting.faults.push(error),
  });
  const worker = setting.worker();
  const sent = async (event: ScimEvent) => {
    setting.receiver.received.length = 0;
    log.record(event, { workspaceId, apiKeyId: newId(), apiKeyLabel: 'Okta' });
    await log.flush();
    // The time of the log is that of the machine.
    setting.pass(1_000);
    await worker.run();
    return verified(setting.receiver.received, secret);
  };
  const opened = await sent(userCreate({ ...NO_SEAT, detail: 'No builder seat is free.' }));
  expect(opened).toEqual([
    {
      id: expect.any(String),
      type: 'scim.problemOpen',
      timestamp: expect.any(String),
      workspaceId,
      data: expect.objectContaining({
        severity: 'REFUSAL',
        code: 'SEAT_UNAVAILABLE',
        subject: { type: 'member', id: null, name: 'ann@acme.test' },
        client: 'OKTA',
        operation: 'USER_CREATE',
        attribute: 'seatType',
        value: 'builder',
        detail: 'No builder seat is free.',
        times: 1,
        cause: expect.stringMatching(/seat/),
        fix: { summary: expect.any(String), steps: expect.any(Array) },
      }),
    },
  ]);
  expect(await sent(userCreate(NO_SEAT))).toEqual([]);
  expect(await sent(userCreate({ status: 409, code: 'ALREADY_A_MEMBER' }))).toMatchObject([
    { type: 'scim.problemOpen', data: { code: 'ALREADY_A_MEMBER' } },
  ]);
  expect(await sent(userCreate({}))).toMatchObject([
    {
      type: 'scim.problemSolve',
      data: { code: 'ALREADY_A_MEMBER', subject: { name: 'ann@acme.test' }, times: 1 },
    },
  ]);
  expect(await sent(userCreate({}))).toEqual([]);
  expect(setting.faults).toEqual([]);
  await log.stop();
});
