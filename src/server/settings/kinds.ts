import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { isEncryptionKey } from '../../auth/encryption.js';
import { parseDatabaseUrl } from '../../database/hosts.js';
import { isAddress } from '../../domain/address.js';

/** What a setting may be. */
export interface Kind<Value> {
  /** In a few words, for the table of settings. */
  readonly type: string;
  /** The end of the sentence "NAME must be …". */
  readonly allowed: string;
  /** @returns undefined for a text that is not allowed */
  parse(text: string, isDevelopment: boolean): Value | undefined;
}

const SHORTEST_TOKEN = 16;
/** Express's names for the networks that `private` stands for. */
const PRIVATE_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** Whole numbers in a range. */
export function wholeNumber(
  least: number,
  most: number,
  allowed = `a whole number from ${least} to ${most}`,
): Kind<number> {
  return {
    type: `${least} to ${most}`,
    allowed,
    parse(text) {
      const number = Number(text);
      return /^\d+$/.test(text) && number >= least && number <= most ? number : undefined;
    },
  };
}

/** One of some words. */
export function oneOf<const Value extends string>(values: readonly Value[]): Kind<Value> {
  return {
    type: 'one of those below',
    allowed: `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
  };
}

export const onOff: Kind<boolean> = { type: '`on` or `off`', allowed: 'on or off', parse: parseSwitch };

export const onOffInDevelopment: Kind<boolean> = {
  type: '`on` or `off`',
  allowed: 'on or off, and off in production',
  parse: (text, isDevelopment) => (text === 'on' && !isDevelopment ? undefined : parseSwitch(text)),
};

export const directory: Kind<string> = {
  type: 'directory',
  allowed: 'a directory',
  parse: (text) => text,
};

export const databaseUrl: Kind<string> = {
  type: '`postgresql://` URL',
  allowed:
    'a postgresql:// URL with the name of a database; of several hosts, target_session_attrs may be read-write',
  parse: (text) => (parseDatabaseUrl(text) === undefined ? undefined : text),
};

export const databaseUrls: Kind<readonly string[]> = {
  type: '`postgresql://` URLs',
  allowed: 'postgresql:// URLs with the name of a database, separated by commas',
  parse: listOf((text) => {
    const url = URL.parse(text);
    return url !== null && ['postgres:', 'postgresql:'].includes(url.protocol) && url.pathname.length > 1;
  }),
};

export const origin: Kind<string> = {
  type: 'URL without a path',
  allowed: 'an http:// or https:// URL without a path, such as https://rollcall.example.com',
  parse(text) {
    const url = URL.parse(text);
    const isOrigin = url !== null && isHttp(url) && url.pathname === '/' && url.search === '';
    return isOrigin ? url.origin : undefined;
  },
};

export const invitationUrl: Kind<string> = {
  type: 'URL with `{token}`',
  allowed: 'an http:// or https:// URL with {token} in it, such as https://app.example.com/join/{token}',
  parse(text) {
    const url = text.includes('{token}') ? URL.parse(text) : null;
    return url !== null && isHttp(url) ? text : undefined;
  },
};

export const smtpUrl: Kind<string> = {
  type: '`smtp(s)://` URL',
  allowed: 'an smtp:// or smtps:// URL, such as smtps://user:password@mail.example.com',
  parse(text) {
    const url = URL.parse(text);
    return url !== null && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== ''
      ? text
      : undefined;
  },
};

export const sender: Kind<string> = {
  type: 'address',
  allowed: 'an e-mail address, or a name and an address: Rollcall <rollcall@example.com>',
  parse(text) {
    const [, address = text] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(text) ?? [];
    return isAddress(address) && !/[<>,;]/.test(address) ? text : undefined;
  },
};

export const token: Kind<string> = {
  type: `${SHORTEST_TOKEN} characters or more`,
  allowed: `at least ${SHORTEST_TOKEN} characters long, without blanks`,
  parse: (text) => (text.length >= SHORTEST_TOKEN && !/\s/.test(text) ? text : undefined),
};

export const keys: Kind<readonly string[]> = {
  type: '32 bytes in base64 each',
  allowed: 'keys of 32 bytes in base64, separated by commas: `openssl rand -base64 32` makes one',
  parse: listOf(isEncryptionKey),
};

export const proxies: Kind<readonly string[]> = {
  type: 'networks, or `none`',
  allowed: 'none, or IP addresses, networks such as 192.0.2.0/24, and private, separated by commas',
  parse(text) {
    if (text === 'none') return [];
    const named = listOf((proxy) => proxy === 'private' || isNetwork(proxy))(text);
    return named?.flatMap((proxy) => (proxy === 'private' ? PRIVATE_NETWORKS : [proxy]));
  },
};

export const nameServers: Kind<readonly string[]> = {
  type: 'IP addresses',
  allowed:
    'IP addresses, with or without a port, separated by commas, such as 192.0.2.53 or [2001:db8::53]:5353',
  parse: listOf((text) => {
    try {
      // Node checks the form of each when it is set.
      new Resolver().setServers([text]);
      return true;
    } catch {
      return false;
    }
  }),
};

function parseSwitch(text: string): boolean | undefined {
  if (text === 'on') return true;
  return text === 'off' ? false : undefined;
}

/** The parser of a list that is separated by commas, each part of which must pass. */
function listOf(isAllowed: (text: string) => boolean): (text: string) => readonly string[] | undefined {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.every(isAllowed) ? parts : undefined;
  };
}

function isHttp({ protocol }: URL): boolean {
  return ['http:', 'https:'].includes(protocol);
}

/** Whether it is an IP address, or a network with the length of its prefix. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  return isIP(address) !== 0 && isPrefix && more.length === 0;
}
