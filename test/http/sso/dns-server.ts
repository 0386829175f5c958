import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { decode, encode } from 'dns-packet';

/** A DNS server on loopback, with the TXT records that a test gives it. */
export class DnsServer {
  /** Domain → the texts of its TXT records. */
  readonly records = new Map<string, string[]>();
  /** Whether it answers every question with SERVFAIL. */
  isBroken = false;
  readonly #socket = createSocket('udp4');

  private constructor() {
    this.#socket.on('message', (message, { port, address }) => {
      const { id = 0, questions = [] } = decode(message);
      const [question] = questions;
      const name = question?.name ?? '';
      const found = this.records.get(name.toLowerCase());
      // dns-packet has the response code in the low bits of the flags: SERVFAIL is 2, NXDOMAIN 3.
      const code = this.isBroken ? 2 : found === undefined ? 3 : 0;
      const answers = (this.isBroken ? [] : (found ?? [])).map((text) => ({
        type: 'TXT' as const,
        name,
        ttl: 0,
        // A record may come in parts of at most 255 bytes.
        data: [text.slice(0, 20), text.slice(20)].filter((part) => part !== ''),
      }));
      this.#socket.send(encode({ type: 'response', id, flags: code, questions, answers }), port, address);
    });
  }

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    const { port }: AddressInfo = this.#socket.address();
    return `127.0.0.1:${port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve));
  }
}
