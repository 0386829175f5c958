import { isDeepStrictEqual } from 'node:util';
import type { Request } from 'autocannon';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import type { Operation } from './operations.ts';

/** What of an answer must be the same; of the headers, those that belong to SCIM. */
interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly body: string;
}

/** How many different requests of an operation are compared. */
const COMPARED = 20;

/**
 * Sends the same requests to both servers.
 * @returns what differs, in words; empty when all answers are the same, byte by byte
 */
export async function differences(
  operations: readonly Operation[],
  floor: string,
  ours: string,
  target: DatabaseTarget,
): Promise<string[]> {
  const found: string[] = [];
  for (const { name, requests } of operations) {
    for (const request of requests().slice(0, COMPARED)) {
      const [expected, actual] =
        request.method === 'POST'
          ? await createdTwice(request, floor, ours, target)
          : [await send(floor, request), await send(ours, request)];
      if (isDeepStrictEqual(actual, expected) && expected.status < 300) continue;
      found.push(
        `${name}: ${request.method} ${request.path}`,
        `  floor ${shown(expected)}`,
        `  ours  ${shown(actual)}`,
      );
    }
  }
  return found;
}

const ROWS_OF = `
  select m.user_name, m.external_id, m.profile, m.managed_by, m.version, s.workspace_version, s.role, s.seat_type,
    s.credit_limit, s.credit_limit_set_by, s.ended_at, a.email
  from member m join membership s on s.member_id = m.id join account a on a.id = m.account_id where m.id = $1`;

/**
 * Has the same user created by both, one after the other, and deletes each again. Ids and times differ by nature and
 * are blotted out; what was written beside them must be the same, and both must read it alike.
 */
async function createdTwice(
  request: Request,
  floor: string,
  ours: string,
  target: DatabaseTarget,
): Promise<[expected: object & Answer, actual: object & Answer]> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  const createdBy = async (server: string, reader: string) => {
    const answer = await send(server, request);
    const { id } = JSON.parse(answer.body);
    const { rows } = await client.query(ROWS_OF, [id]);
    const read = await send(reader, { ...request, method: 'GET', path: `${request.path}/${id}` });
    await client.query('delete from member where id = $1', [id]);
    return { ...blotted(answer, id), rows, read: JSON.parse(blotted(read, id).body) };
  };
  try {
    return [await createdBy(floor, ours), await createdBy(ours, floor)];
  } finally {
    await client.end();
  }
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
  return JSON.stringify(answer).slice(0, 2000);
}
