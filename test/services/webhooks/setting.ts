import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import { Encryption, newEncryptionKey } from '../../../src/auth/encryption.js';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { Mailer } from '../../../src/mail/mailer.js';
import type { Mail } from '../../../src/mail/transport.js';
import type { ServiceContext } from '../../../src/services/context/service-context.js';
import { NO_SSO } from '../../../src/services/context/sso-environment.js';
import { localContext } from '../../../src/services/context/system.js';
import { create, type WebhookWithSecret } from '../../../src/services/webhooks/commands.js';
import { WebhookWorker, type WebhookWorkerOptions } from '../../../src/services/webhooks/worker.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { httpTransport } from '../../../src/webhooks/http.js';
import { createTestDatabase } from '../../database.js';
import { type Received, type Receiver, startReceiver } from '../../webhooks/receiver.js';

const TARGETS = { allowsHttp: true, allowsPrivate: true };

/** A database, a receiver, and a clock that a test sets. */
export interface Setting {
  readonly database: Database;
  readonly receiver: Receiver;
  readonly mails: Mail[];
  readonly faults: unknown[];
  /** Of the platform, at the time of the clock. */
  context(database?: Database): ServiceContext;
  now(): Date;
  /** Moves the clock forward. */
  pass(ms: number): void;
  /** Sets the clock to the time at which the setting was made. */
  resetClock(): void;
  workspace(): Promise<string>;
  webhook(workspaceId: string, eventTypes?: readonly string[]): Promise<WebhookWithSecret>;
  worker(options?: Partial<WebhookWorkerOptions>, database?: Database): WebhookWorker;
  /** The same database over other connections, as another process has it. */
  beside(): Promise<Database>;
  sql<Row = object>(text: string, ...values: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export async function startSetting(): Promise<Setting> {
  const testDatabase = await createTestDatabase();
  const open = async () => Database.over(await connect(testDatabase.address, 10));
  const database = await open();
  const opened = [database];
  const receiver = await startReceiver();
  const mails: Mail[] = [];
  const faults: unknown[] = [];
  let shift = 0;
  const started = Date.now();
  const now = () => new Date(started + shift);
  const sso = { ...NO_SSO, encryption: Encryption.withKeys([newEncryptionKey()]) ?? null };
  const mailer = new Mailer({
    transport: { send: async (mail) => void mails.push(mail), close: () => undefined },
    invitationUrl: undefined,
    onFailure: (reason) => faults.push(reason),
    onFault: (error) => faults.push(error),
  });
  const context: Setting['context'] = (over = database) => ({
    ...localContext(over, 'SYSTEM', undefined, sso),
    clock: now,
    mailer,
    webhookTargets: TARGETS,
  });
  return {
    database,
    receiver,
    mails,
    faults,
    context,
    now,
    pass: (ms) => {
      shift += ms;
    },
    resetClock: () => {
      shift = 0;
    },
    async workspace() {
      const { workspace } = await createWorkspace(context(), {
        name: 'Acme',
        version: 'V2',
        plan: 'ENTERPRISE',
        scimEnabled: true,
        ownerEmail: `owner-${crypto.randomUUID()}@acme.test`,
      });
      return workspace.id;
    },
    webhook: (workspaceId, eventTypes = ['workspace.update']) =>
      create(context(), { workspaceId, url: receiver.url, eventTypes }),
    worker: (options = {}, over = database) =>
      new WebhookWorker(() => context(over), {
        send: httpTransport(TARGETS),
        onFault: (error) => faults.push(error),
        random: () => 0.5,
        ...options,
      }),
    async beside() {
      const other = await open();
      opened.push(other);
      return other;
    },
    sql: <Row>(text: string, ...values: unknown[]) => database.rows<Row>(text, values),
    async stop() {
      for (const one of opened) await one.close();
      await receiver.stop();
      await testDatabase.drop();
    },
  };
}

/** The events in requests, verified by the library of receivers. */
export function verified(received: readonly Received[], secret: string): unknown[] {
  return received.map(({ headers, body }) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    // The library compares the timestamp with the time of the machine, and the clock of a test is another one.
    const at = new Date(Number(timestamp) * 1000);
    expect(String(signature).split(' ')).toContain(new Webhook(secret).sign(String(id), at, body));
    return { id, ...JSON.parse(body) };
  });
}
