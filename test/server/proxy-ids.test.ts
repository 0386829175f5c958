import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { proxyIds } from '../../src/server/proxy-ids.js';

/** What the log line of a request takes from the headers of a proxy. */

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

function idsOf(headers: Readonly<Record<string, string>>, isTrusted = true) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return proxyIds(request, () => isTrusted);
}

test.each([
  'a97b387b-ff64-45c0-b659-f825b1c272b6',
  '5f1d0bb6aa6c4e07b2fb5f1d0bb6aa6c',
  'Root=1-67891233-abcdef012345678912345678',
])('the id %s of a trusted proxy is kept', (id) => {
  expect(idsOf({ 'x-request-id': id })).toEqual({ proxyRequestId: id });
});

test.each(['', 'short', 'with blank in it', '"}\n{"level":60', 'x'.repeat(129), 'one-of-two, two-of-two'])(
  'the id %j is left out',
  (id) => {
    expect(idsOf({ 'x-request-id': id })).toEqual({});
  },
);

test.each([TRACEPARENT, `01-${TRACE}-00f067aa0ba902b7-01`, `cc-${TRACE}-00f067aa0ba902b7-01-later-fields`])(
  'the trace of traceparent %s is kept (W3C Trace Context)',
  (traceparent) => {
    expect(idsOf({ traceparent })).toEqual({ traceId: TRACE });
  },
);

test.each([
  '',
  TRACE,
  TRACEPARENT.toUpperCase(),
  `${TRACEPARENT}-fields-of-a-later-version`,
  `ff-${TRACE}-00f067aa0ba902b7-01`,
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `01-${TRACE}-00f067aa0ba902b7-01x`,
])('the malformed traceparent %j is left out', (traceparent) => {
  expect(idsOf({ traceparent })).toEqual({});
});

test('of anybody but a trusted proxy nothing is kept', () => {
  const headers = { 'x-request-id': 'a97b387b-ff64-45c0-b659-f825b1c272b6', traceparent: TRACEPARENT };
  expect(idsOf(headers, false)).toEqual({});
});
