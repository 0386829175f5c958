import { afterEach, expect, test, vi } from 'vitest';
import { Mailer } from '../../src/mail/mailer.js';
import type { Mail, MailTransport } from '../../src/mail/transport.js';

afterEach(() => {
  vi.useRealTimers();
});

const letter = (to: string) => ({
  to,
  workspaceName: 'Acme',
  invitedBy: 'operator',
  token: 'rollcall_invitation_0_x',
  mailed: 'rollcall_mailed_0_y',
  expiresAt: new Date(),
});

/** A transport that holds every mail until a test decides its result. */
function heldTransport() {
  const held: { mail: Mail; settle: PromiseWithResolvers<void> }[] = [];
  let isClosed = false;
  const transport: MailTransport = {
    send(mail) {
      const settle = Promise.withResolvers<void>();
      held.push({ mail, settle });
      return settle.promise;
    },
    close: () => {
      isClosed = true;
    },
  };
  return { held, transport, isClosed: () => isClosed };
}

function mailerOver(transport: MailTransport | undefined) {
  const failures: string[] = [];
  const faults: unknown[] = [];
  const mailer = new Mailer({
    transport,
    invitationUrl: undefined,
    onFailure: (reason) => failures.push(reason),
    onFault: (error) => faults.push(error),
  });
  return { mailer, failures, faults };
}

test('sends five mails at once while others wait, and reports the result of each', async () => {
  const { held, transport } = heldTransport();
  const { mailer, failures } = mailerOver(transport);
  const told: (string | null)[] = [];
  for (let index = 0; index < 7; index += 1) {
    mailer.invite(letter(`p${index}@acme.test`), async (error) => {
      told[index] = error;
    });
  }
  expect(held.map(({ mail }) => mail.to)).toEqual([0, 1, 2, 3, 4].map((index) => `p${index}@acme.test`));
  held[0]?.settle.reject(new Error('550 No such mailbox,\r\nit said: rollcall_invitation_0_x'));
  held[1]?.settle.resolve();
  await expect.poll(() => held.length).toBe(7);
  for (const { settle } of held.slice(2)) settle.resolve();
  await mailer.idle();
  expect(told).toEqual(['550 No such mailbox, it said: …', null, null, null, null, null, null]);
  expect(failures).toEqual(['550 No such mailbox, it said: …']);
});

test.each([
  ['as a whole', '554 spam: https://a.test/invitation/rollcall_mailed_de76e1fcdf745b55_rBYC and more'],
  ['broken by quoted-printable', '554 spam: https://a.test/invitation/rollc=\r\nall_mailed_de76e1_rBYC'],
  ['broken by lines of the reply', '554-spam: https://a.test/invitation/roll\r\n554-call_mailed_de76e1_rBYC'],
])('a reason ends before a credential that the server quotes %s', async (_name, reply) => {
  const { held, transport } = heldTransport();
  const { mailer, failures } = mailerOver(transport);
  mailer.invite(letter('ann@acme.test'), () => Promise.resolve());
  held[0]?.settle.reject(new Error(reply));
  await mailer.idle();
  expect(failures).toEqual([expect.stringMatching(/spam: https:\/\/a\.test\/invitation\/…$/)]);
});

test('stopping sends the waiting mails, and then closes the transport', async () => {
  const { held, transport, isClosed } = heldTransport();
  const { mailer } = mailerOver(transport);
  const told: (string | null)[] = [];
  mailer.invite(letter('ann@acme.test'), async (error) => {
    told.push(error);
  });
  const stopped = mailer.stop();
  expect(isClosed()).toBe(false);
  held[0]?.settle.resolve();
  await stopped;
  expect(told).toEqual([null]);
  expect(isClosed()).toBe(true);
});

test('stopping reports mails that the mail server does not take in time as failed, and waits for the reports', async () => {
  vi.useFakeTimers();
  const { held, transport, isClosed } = heldTransport();
  const { mailer, failures } = mailerOver(transport);
  const reported: (string | null)[] = [];
  for (let index = 0; index < 7; index += 1) {
    mailer.invite(letter(`p${index}@acme.test`), async (error) => {
      await Promise.resolve();
      reported[index] = error;
    });
  }
  held[0]?.settle.resolve();
  const stopped = mailer.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  const during = 'The server stopped while it sent this mail, which may have arrived.';
  const before = 'The server stopped before it sent this mail.';
  expect(reported).toEqual([null, during, during, during, during, during, before]);
  expect(failures).toEqual(['the server stopped before 6 mails were sent']);
  expect(held).toHaveLength(6);
  expect(isClosed()).toBe(true);
});

test('a failing report is logged as a fault and delays no mail', async () => {
  const { held, transport } = heldTransport();
  const { mailer, faults } = mailerOver(transport);
  const fault = new Error('the database is away');
  mailer.invite(letter('ann@acme.test'), () => Promise.reject(fault));
  held[0]?.settle.resolve();
  await mailer.idle();
  expect(faults).toEqual([fault]);
});

test('without a transport no mail is sent', async () => {
  const { mailer } = mailerOver(undefined);
  expect(mailer.sends).toBe(false);
  mailer.invite(letter('ann@acme.test'), () => Promise.reject(new Error('told')));
  await mailer.stop();
});
