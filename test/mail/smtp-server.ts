import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came in. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

export interface TestSmtpServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** The logins of senders, as in the URL. */
  readonly logins: string[];
  close(): Promise<void>;
}

/**
 * A mail server on the loopback. It takes every mail, but none to addresses that begin with `refused`,
 * and quotes the login of `refused` when it refuses it.
 */
export async function startSmtpServer(): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, callback) {
      if (username === 'refused') return callback(new Error(`AUTH ${username} ${password}`));
      logins.push(username ?? '');
      callback(null, { user: username });
    },
    onRcptTo({ address }, _session, callback) {
      if (!address.startsWith('refused')) return callback();
      callback(Object.assign(new Error('No such\tmailbox'), { responseCode: 550 }));
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://rollcall:secret@127.0.0.1:${port}`,
    received,
    logins,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The parts of a mail, decoded: its headers, its plain text and its HTML. */
export function parts({ source }: ReceivedMail): { headers: string; text: string; html: string } {
  const [headers = ''] = source.split('\r\n\r\n');
  const body = (type: string) => {
    const part = source.split(/^--.*$/m).find((one) => one.includes(`Content-Type: ${type}`)) ?? '';
    const [head = '', ...lines] = part.trimStart().split('\r\n\r\n');
    return decoded(head, lines.join('\r\n\r\n'));
  };
  return { headers: headers.replace(/\r\n[ \t]+/g, ' '), text: body('text/plain'), html: body('text/html') };
}

function decoded(head: string, body: string): string {
  if (/base64/.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/.test(head)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
