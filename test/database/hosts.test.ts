import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/hosts.js';

/** DATABASE_URL as libpq reads it, with one host or several. */

const at = (name: string, port = 5432) => ({ name, port });

describe('the hosts of a URL', () => {
  test.each([
    ['postgresql://u:p@db/rollcall', [at('db')]],
    ['postgres://db:5433/rollcall', [at('db', 5433)]],
    ['postgresql://u:p@a,b:5433/rollcall?target_session_attrs=read-write', [at('a'), at('b', 5433)]],
    ['postgresql://[2001:db8::1]:5433,[2001:db8::2]/rollcall', [at('2001:db8::1', 5433), at('2001:db8::2')]],
    ['postgresql://u@localhost/rollcall?host=/run/a,/run/b', [at('/run/a'), at('/run/b')]],
    ['postgresql://u@/rollcall?host=/run/postgresql', [at('/run/postgresql')]],
    ['postgresql://u@:5433/rollcall?host=/run/postgresql', [at('/run/postgresql', 5433)]],
    ['postgresql://u@/rollcall?host=/run/a,/run/b', [at('/run/a'), at('/run/b')]],
    ['postgresql://u@localhost/rollcall?host=%2Frun%2Fa,b&port=5433,', [at('/run/a', 5433), at('b')]],
    ['postgresql://a,b/rollcall?port=5433&target_session_attrs=primary', [at('a', 5433), at('b', 5433)]],
  ])('%s', (text, hosts) => {
    expect(parseDatabaseUrl(text)?.hosts).toEqual(hosts);
  });

  test('are taken out of the URL, and everything else is kept', () => {
    const text = 'postgresql://u:p%40ss@a:1,b:2/rollcall?sslmode=verify-full&target_session_attrs=read-write';
    expect(parseDatabaseUrl(text)?.url).toBe('postgresql://u:p%40ss@a:1/rollcall?sslmode=verify-full');
  });

  test('a URL with a user and without a host gets one, as URL needs it; pg connects to the parameter', () => {
    const { url = '' } = parseDatabaseUrl('postgresql://u@/rollcall?host=/run/postgresql') ?? {};
    expect(url).toBe('postgresql://u@localhost/rollcall?host=/run/postgresql');
    expect(new Client(url)).toMatchObject({ host: '/run/postgresql', user: 'u', database: 'rollcall' });
  });

  test('one host: the URL is passed on as it is', () => {
    const text = 'postgresql://u@localhost:5433/rollcall?host=%2Frun%2Fpostgresql';
    expect(parseDatabaseUrl(text)?.url).toBe(text);
  });
});

test.each([
  'db/rollcall',
  'mysql://db/rollcall',
  'postgresql://db',
  'postgresql://a,/rollcall',
  'postgresql://a:1,b:70000/rollcall',
  'postgresql://a:1,b:x/rollcall',
  'postgresql://a,%ff/rollcall',
  'postgresql://a,b/rollcall?port=1,2,3',
  'postgresql://a,b/rollcall?target_session_attrs=standby',
])('%s is refused', (text) => {
  expect(parseDatabaseUrl(text)).toBeUndefined();
});
