import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { answersIn, connectTo } from './raw.js';
import { create, read } from './resources.js';

/** RFC 9112 §9 under SCIM: connections that stay of use, and those that are closed so that the answer arrives. */

const SCIM_JSON = 'application/scim+json; charset=utf-8';

let app: TestApp;
let root: string;
let apiKey: string;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2' });
  root = `/scim/v2/organizations/${workspace.workspaceId}`;
  apiKey = workspace.apiKey;
  scim = app.scim(workspace.workspaceId, apiKey);
});

afterAll(async () => {
  await app.stop();
});

function get(path: string): string {
  return `GET ${root}${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${apiKey}\r\n\r\n`;
}

function withBody(method: string, path: string, headers: string, body: string): string {
  return (
    `${method} ${root}${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${apiKey}\r\n` +
    `${headers}\r\n\r\n${body}`
  );
}

function withLength(method: string, path: string, body: string, type = 'application/scim+json'): string {
  return withBody(method, path, `Content-Type: ${type}\r\nContent-Length: ${body.length}`, body);
}

test('requests sent at once are answered in order, also after bodies that are refused unread', async () => {
  const connection = await connectTo(app.url);
  connection.send(
    [
      get('/ServiceProviderConfig'),
      withLength('POST', '/Schemas', '{"a":1}'),
      get('/Nowhere'),
      withLength('POST', '/Users', 'x'.repeat(100_000), 'text/html'),
      withLength('POST', '/Users', '{"userName":"pipelined@acme.test"}'),
      withLength('PATCH', '/Users/nobody', '{', 'application/json'),
      get('/Me'),
    ].join(''),
  );
  const answers = await connection.answers(7);
  expect(answers.map(({ status }) => status)).toEqual([200, 405, 404, 415, 201, 400, 501]);
  connection.send(get('/Groups'));
  const later = await connection.answers(8);
  expect(later[7]).toMatchObject({ status: 200, headers: { 'content-type': SCIM_JSON } });
  connection.end();
});

test.each([
  ['405', 'POST', '/Schemas', 'application/json', 405],
  ['415', 'POST', '/Users', 'text/html', 415],
  ['413', 'POST', '/Users', 'application/json', 413],
])(
  'a body that is too long to wait for: %s, and the connection is closed',
  async (_case, method, path, type, status) => {
    const connection = await connectTo(app.url);
    connection.send(withLength(method, path, 'x'.repeat(1024 * 1024 + 1), type));
    const [answer] = await connection.answers(1);
    expect(answer).toMatchObject({ status, headers: { connection: 'close', 'content-type': SCIM_JSON } });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: String(status) });
    await connection.closed();
  },
);

test('an endless body is answered, and the connection is closed', async () => {
  const connection = await connectTo(app.url);
  connection.send(withBody('POST', '/Users', 'Transfer-Encoding: chunked', ''));
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  for (let sent = 0; sent < 20; sent++) connection.send(chunk);
  const [answer] = await connection.answers(1);
  expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
  await connection.closed();
});

test('a body of unknown length that is read to its end leaves the connection open', async () => {
  const connection = await connectTo(app.url);
  const chunks = '10\r\n{"userName":"chu\r\n11\r\nnked@acme.test"} \r\n0\r\n\r\n';
  connection.send(withBody('POST', '/Users', 'Transfer-Encoding: chunked', chunks) + get('/Groups'));
  const answers = await connection.answers(2);
  expect(answers).toMatchObject([{ status: 201, headers: { connection: 'keep-alive' } }, { status: 200 }]);
  connection.end();
});

test('Expect: 100-continue', async () => {
  const connection = await connectTo(app.url);
  const body = '{"userName":"patient@acme.test"}';
  connection.send(withBody('POST', '/Users', `Expect: 100-continue\r\nContent-Length: ${body.length}`, ''));
  connection.send(body);
  expect(await connection.answers(1)).toMatchObject([{ status: 201 }]);
  connection.send(get('/Groups'));
  expect(await connection.answers(2)).toMatchObject([{ status: 201 }, { status: 200 }]);
  connection.end();
});

test('a client that disconnects in the middle of a body does not affect others', async () => {
  const connection = await connectTo(app.url);
  connection.send(withBody('POST', '/Users', 'Content-Length: 1000', '{"userName":'));
  connection.end();
  const another = await connectTo(app.url);
  another.send(get('/Groups'));
  expect(await another.answers(1)).toMatchObject([{ status: 200 }]);
  another.end();
});

test('a request after a change sees it (RFC 9112 §9.3.2)', async () => {
  const { id } = await create(scim, { userName: 'turn@acme.test' });
  const connection = await connectTo(app.url);
  const titles = ['one', 'two', 'three', 'four'];
  connection.send(
    titles
      .map((value) => JSON.stringify({ Operations: [{ op: 'replace', path: 'title', value }] }))
      .map((body) => withLength('PATCH', `/Users/${id}`, body) + get(`/Users/${id}`))
      .join(''),
  );
  const answers = await connection.answers(2 * titles.length);
  expect(answers.map(({ body }) => JSON.parse(body).title)).toEqual(
    titles.flatMap((title) => [title, title]),
  );
  connection.end();
});

test('a request after an answer that closes the connection is not executed (§9.6)', async () => {
  const { id } = await create(scim, { userName: 'spared@acme.test' });
  const connection = await connectTo(app.url);
  connection.send(withLength('POST', '/Users', 'x'.repeat(1024 * 1024 + 1)));
  connection.send(withBody('DELETE', `/Users/${id}`, 'Content-Length: 0', ''));
  expect(await connection.answers(1)).toMatchObject([{ status: 413 }]);
  expect(answersIn(await connection.closed())).toMatchObject([{ status: 413 }]);
  expect(await read(scim, id)).toMatchObject({ userName: 'spared@acme.test' });
});

test('a client that disconnects before the first answer leaves no request waiting', async () => {
  const connection = await connectTo(app.url);
  connection.send(get('/Users') + get('/Users') + get('/Users'));
  connection.end();
  const another = await connectTo(app.url);
  another.send(get('/Groups'));
  expect(await another.answers(1)).toMatchObject([{ status: 200 }]);
  another.end();
});
