import { isDeepStrictEqual } from 'node:util';
import type { Request } from 'autocannon';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import type { Operation } from './operations.ts';
import type { SampleMember } from './seed.ts';

/** The parts of an answer that must be the same; of the headers, only those of SCIM. */
interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly body: string;
}

/** The changes of a request, in any form. */
interface Effect extends Answer {
  readonly written: readonly object[];
  readonly read?: unknown;
}

/** The number of different requests of an operation that are compared. */
const COMPARED = 20;
/** The most differences that are reported. */
const MOST_TOLD = 3;
const LONGEST_TOLD = 1500;

/**
 * Sends the same requests to both servers.
 * @returns the differences as sentences; empty when all answers are identical
 */
export async function differences(
  operations: readonly Operation[],
  floor: string,
  ours: string,
  { target, active }: { readonly target: DatabaseTarget; readonly active: readonly SampleMember[] },
): Promise<string[]> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  const found: string[] = [];
  try {
    for (const { name, requests } of operations) {
      for (const request of requests(0, 1).slice(0, COMPARED)) {
        const [expected, actual] = await answersOf(name, request);
        if (isDeepStrictEqual(actual, expected) && expected.status < 300) continue;
        found.push(
          `${name}: ${request.method} ${request.path}\n  floor ${shown(expected)}\n  ours  ${shown(actual)}`,
        );
      }
    }
  } finally {
    await client.end();
  }
  return found.slice(0, MOST_TOLD);

  async function answersOf(name: string, request: Request): Promise<[Answer, Answer]> {
    if (name === 'create') return [await created(request, floor, ours), await created(request, ours, floor)];
    const changed = WRITES.has(name) ? active.find(({ id }) => mentions(request, id)) : undefined;
    if (changed === undefined) return [await send(floor, request), await send(ours, request)];
    const before = await rowsOf(changed.id);
    const expected = await writtenBy(floor, request, changed.id);
    await restore(changed.id, before);
    return [expected, await writtenBy(ours, request, changed.id)];
  }

  /**
   * Has a user created, read by the other one, and deleted again. Ids and times differ by nature and are blotted out;
   * what was written beside them must be the same, and both must read it alike.
   */
  async function created(request: Request, server: string, reader: string): Promise<Effect> {
    const answer = await send(server, request);
    const { id } = JSON.parse(answer.body);
    const written = (await rowsOf(id)).shown;
    const read = await send(reader, { ...request, method: 'GET', path: `${request.path}/${id}` });
    await client.query('delete from member where id = $1', [id]);
    return { ...blotted(answer, id), written, read: JSON.parse(blotted(read, id).body) };
  }

  async function writtenBy(server: string, request: Request, id: string): Promise<Effect> {
    const answer = await send(server, request);
    return { ...blotted(answer, id), written: (await rowsOf(id)).shown };
  }

  async function rowsOf(id: string): Promise<Saved> {
    const { rows: shown } = await client.query(SHOWN, [id]);
    const { rows } = await client.query<{ member: object; stays: object[] }>(SAVED, [id]);
    const [{ member, stays } = { member: {}, stays: [] }] = rows;
    return { shown, member, stays };
  }

  async function restore(id: string, { member, stays }: Saved): Promise<void> {
    await client.query('delete from membership where member_id = $1', [id]);
    await client.query(RESTORE_MEMBER, [JSON.stringify(member)]);
    await client.query(RESTORE_STAYS, [JSON.stringify(stays)]);
  }
}

const WRITES: ReadonlySet<string> = new Set(['put', 'deactivate', 'graphql-set-access']);

/** A member's rows. */
interface Saved {
  readonly shown: readonly object[];
  readonly member: object;
  readonly stays: readonly object[];
}

const SHOWN = `
  select m.user_name, m.external_id, m.profile, m.managed_by, m.version, s.workspace_version, s.role, s.seat_type,
    s.credit_limit, s.credit_limit_set_by, s.access_set_by, s.ended_at is not null as ended, a.email
  from member m join membership s on s.member_id = m.id join account a on a.id = m.account_id where m.id = $1
  order by s.started_at, s.id`;

const SAVED = `
  select to_jsonb(m) as member, (select jsonb_agg(s) from membership s where s.member_id = m.id) as stays
  from member m where m.id = $1`;

const RESTORE_MEMBER = `
  update member m set user_name = r.user_name, canonical_user_name = r.canonical_user_name, external_id = r.external_id, profile = r.profile,
    managed_by = r.managed_by, version = r.version, updated_at = r.updated_at
  from jsonb_populate_record(null::member, $1::jsonb) r where m.id = r.id`;

const RESTORE_STAYS =
  'insert into membership select * from jsonb_populate_recordset(null::membership, $1::jsonb)';

function mentions({ path, body = '' }: Request, id: string): boolean {
  return path.includes(id) || body.includes(id);
}

function blotted(answer: Answer, id: string): Answer {
  const body = answer.body.replaceAll(id, '<id>').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
  return { ...answer, body };
}

async function send(server: string, { method, path, headers, body }: Request): Promise<Answer> {
  const response = await fetch(`${server}${path}`, {
    method,
    headers,
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    etag: response.headers.get('etag'),
    body: await response.text(),
  };
}

function shown(answer: Answer): string {
  return JSON.stringify(answer).slice(0, LONGEST_TOLD);
}
