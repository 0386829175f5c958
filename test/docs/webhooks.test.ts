import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { RETRY_DELAYS_MS } from '../../src/domain/webhooks.js';
import { httpTransport } from '../../src/webhooks/http.js';
import { page, ROOT } from './pages.js';

/** docs/developers/webhooks.md: the receiver that it shows, run as it stands there, and its table of pauses. */

const PAGE = page('docs/developers/webhooks.md');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('the receiver takes what is signed with its secret, and nothing else', async () => {
  const receiver = PAGE.blocks.find(({ language }) => language === 'js')?.text ?? '';
  const listen = "server.listen(0, '127.0.0.1', () => console.log(server.address().port));";
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', receiver.replace('server.listen(3000);', listen)],
    { cwd: ROOT, env: { WEBHOOK_SECRET: SECRET }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(async () => {
    child.kill();
    await once(child, 'close');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: port } = await lines.next();
  const send = httpTransport({ allowsHttp: true, allowsPrivate: true });
  const request = {
    url: `http://127.0.0.1:${port}/webhooks`,
    id: 'event-1',
    body: '{"type":"member.add"}',
    secrets: [SECRET],
    at: new Date(),
  };
  const { signal } = new AbortController();
  expect(await send(request, signal)).toMatchObject({ status: 204 });
  expect(await lines.next()).toEqual({ done: false, value: 'event-1 member.add' });
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(await send({ ...request, secrets: [other] }, signal)).toMatchObject({ status: 400 });
  const old = new Date(Date.now() - 6 * 60_000);
  expect(await send({ ...request, at: old }, signal)).toMatchObject({ status: 400 });
  // While a rotation overlaps, a receiver needs only one of the secrets.
  expect(await send({ ...request, secrets: [other, SECRET] }, signal)).toMatchObject({ status: 204 });
});

test('the table of pauses is the one that is used', () => {
  const units: Readonly<Record<string, number>> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };
  const pauses = PAGE.tables
    .find(({ header }) => header[0] === 'Attempt')
    ?.rows.slice(1)
    .map(([, pause = '']) => {
      const [number, unit = ''] = pause.split(' ');
      return Number(number) * (units[unit] ?? Number.NaN);
    });
  expect(pauses).toEqual(RETRY_DELAYS_MS);
});
