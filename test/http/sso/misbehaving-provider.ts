import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';

export const CLIENT_ID = 'client';
export const CLIENT_SECRET = 'secret-that-nobody-may-see';

type Claims = Record<string, unknown>;

/** The behaviour of the provider; tests change it. */
export interface Behaviour {
  /** The claims of the next ID token, over those of a good one. */
  claims: Claims;
  /** The answer of UserInfo; undefined: there is no UserInfo. */
  userInfo: Claims | undefined;
  /** How the token is signed: with the published key, with another one of the same id, or not at all. */
  signature: 'GOOD' | 'OTHER_KEY' | 'NONE' | 'HS256';
  /** The answer of the token endpoint instead of a token. */
  tokenError: { status: number; body: object | string } | undefined;
  /** The parameters that the authorization endpoint returns instead of a code. */
  authorizationError: Record<string, string> | undefined;
  /** The delay of each answer. */
  delayMs: number;
  /** Metadata that overrides the correct discovery document. */
  discovery: Claims;
  /** The status of the answer to discovery. */
  discoveryStatus: number;
  /** The least number of bytes of each answer. */
  padding: number;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const newKeyPair = (): Promise<KeyPair> => generateKeyPair('RS256', { extractable: true });

/** The first key of every provider, since making an RSA key takes longer than most tests. */
let firstKeyPair: Promise<KeyPair> | undefined;

/** A provider that does whatever a test wants. */
export class MisbehavingProvider {
  behaviour: Behaviour = { ...GOOD };
  /** The number of requests to each path. */
  readonly asked = new Map<string, number>();
  readonly #server: Server;
  #keys: (KeyPair & { readonly kid: string })[] = [];
  #nonce = '';

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
  }

  static async start(): Promise<MisbehavingProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new MisbehavingProvider(server);
    firstKeyPair ??= newKeyPair();
    provider.#use(await firstKeyPair);
    return provider;
  }

  get issuer(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  reset(): void {
    this.behaviour = { ...GOOD };
    this.asked.clear();
  }

  /** Signs with a new key from now on, and publishes it alone. */
  async rotateKey(): Promise<void> {
    this.#use(await newKeyPair());
  }

  #use(pair: KeyPair): void {
    this.#keys = [{ ...pair, kid: `key-${Math.random()}` }];
  }

  /** A logout token, signed with the published key. */
  logoutToken(claims: Claims, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return this.#sign(
      {
        iss: this.issuer,
        aud: CLIENT_ID,
        iat: now,
        exp: now + 120,
        jti: `jti-${Math.random()}`,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      },
      header,
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.issuer);
    this.asked.set(url.pathname, (this.asked.get(url.pathname) ?? 0) + 1);
    await wait(this.behaviour.delayMs);
    const json = (body: unknown, status = 200) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(`${JSON.stringify(body)}${' '.repeat(this.behaviour.padding)}`);
    };
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(this.#discovery(), this.behaviour.discoveryStatus);
      case '/jwks':
        return json({ keys: await Promise.all(this.#keys.map((key) => this.#jwk(key))) });
      case '/authorize':
        return this.#authorize(url, response);
      case '/token': {
        const { tokenError } = this.behaviour;
        if (tokenError !== undefined) return json(tokenError.body, tokenError.status);
        return json({
          access_token: 'at',
          token_type: 'Bearer',
          expires_in: 60,
          id_token: await this.#idToken(),
        });
      }
      case '/userinfo':
        return json(this.behaviour.userInfo ?? {});
      default:
        response.writeHead(404).end();
    }
  }

  #discovery(): Claims {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      ...(this.behaviour.userInfo === undefined ? {} : { userinfo_endpoint: `${this.issuer}/userinfo` }),
      ...this.behaviour.discovery,
    };
  }

  #authorize(url: URL, response: ServerResponse): void {
    this.#nonce = url.searchParams.get('nonce') ?? '';
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      ...(this.behaviour.authorizationError ?? { code: 'code' }),
      state: url.searchParams.get('state') ?? '',
    }).toString();
    response.writeHead(303, { Location: back.href }).end();
  }

  async #idToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce: this.#nonce };
    const all = { ...claims, ...this.behaviour.claims };
    if (this.behaviour.signature !== 'NONE') return this.#sign(all, {});
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(all)}.`;
  }

  async #sign(claims: Claims, header: Partial<JWTHeaderParameters>): Promise<string> {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('there is no key');
    const jwt = new SignJWT(claims);
    if (this.behaviour.signature === 'HS256') {
      const secret = new TextEncoder().encode(CLIENT_SECRET.padEnd(32, '.'));
      return jwt.setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(secret);
    }
    const { privateKey } = this.behaviour.signature === 'OTHER_KEY' ? await newKeyPair() : key;
    return jwt.setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(privateKey);
  }

  async #jwk({ publicKey, kid }: KeyPair & { readonly kid: string }): Promise<JWK> {
    return { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  }
}

const GOOD: Behaviour = {
  claims: {},
  userInfo: undefined,
  signature: 'GOOD',
  tokenError: undefined,
  authorizationError: undefined,
  delayMs: 0,
  discovery: {},
  discoveryStatus: 200,
  padding: 0,
};
