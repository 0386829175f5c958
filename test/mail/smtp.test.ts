import { expect, onTestFinished, test } from 'vitest';
import { smtpTransport } from '../../src/mail/smtp.js';
import { startSmtpServer } from './smtp-server.js';

test('a refused login is reported without what the server quotes of it', async () => {
  const server = await startSmtpServer();
  onTestFinished(() => server.close());
  const transport = smtpTransport(server.url.replace('rollcall:', 'refused:'), 'rollcall@acme.test');
  onTestFinished(() => transport.close());
  await expect(transport.send({ to: 'ann@acme.test', subject: '', text: '', html: '' })).rejects.toThrow(
    /^The mail server refused the login of SMTP_URL\.$/,
  );
});
