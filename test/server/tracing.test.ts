import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeSpan } from '../../src/server/tracing.js';

/** One request id through the log, the audit log, the provisioning log and the trace; OpenTelemetry's conventions for HTTP. */

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const ANSWERED = {
  requestId: 'a97b387b-ff64-45c0-b659-f825b1c272b6',
  method: 'PATCH',
  route: '/scim/v2/organizations/:workspaceId/Users/:id',
  code: undefined,
};

/** What OpenTelemetry's SDK does, which an operator loads beside the program: it remembers the context. */
class Contexts implements ContextManager {
  readonly #stored = new AsyncLocalStorage<Context>();
  active = () => this.#stored.getStore() ?? ROOT_CONTEXT;
  with = <Args extends unknown[], Result>(
    active: Context,
    work: (...args: Args) => Result,
    thisArgument?: ThisParameterType<typeof work>,
    ...args: Args
  ): Result => this.#stored.run(active, () => Reflect.apply(work, thisArgument, args));
  bind = <Target>(_: Context, target: Target): Target => target;
  enable = () => this;
  disable = () => this;
}

beforeAll(() => void context.setGlobalContextManager(new Contexts()));
afterAll(() => context.disable());

/** A span that keeps what it is told. */
function recordingSpan(): { span: Span; told: { name?: string; attributes: Attributes } } {
  const told: { name?: string; attributes: Attributes } = { attributes: {} };
  const base = trace.wrapSpanContext({ traceId: TRACE_ID, spanId: '00f067aa0ba902b7', traceFlags: 1 });
  const span = Object.assign(base, {
    updateName(name: string) {
      told.name = name;
      return span;
    },
    setAttribute(key: string, value: string) {
      told.attributes[key] = value;
      return span;
    },
    setAttributes(attributes: Attributes) {
      Object.assign(told.attributes, attributes);
      return span;
    },
  });
  return { span, told };
}

test('the span of a request has its id and its route', () => {
  const { span, told } = recordingSpan();
  const traceId = context.with(trace.setSpan(ROOT_CONTEXT, span), () => describeSpan(ANSWERED));
  expect(traceId).toBe(TRACE_ID);
  expect(told).toEqual({
    name: 'PATCH /scim/v2/organizations/:workspaceId/Users/:id',
    attributes: { 'http.route': ANSWERED.route, 'rollcall.request_id': ANSWERED.requestId },
  });
});

test('the span of a refusal has its code', () => {
  const { span, told } = recordingSpan();
  context.with(trace.setSpan(ROOT_CONTEXT, span), () => describeSpan({ ...ANSWERED, code: 'NOT_FOUND' }));
  expect(told.attributes).toMatchObject({ 'rollcall.code': 'NOT_FOUND' });
});

test('nothing happens where nothing traces', () => {
  expect(describeSpan(ANSWERED)).toBeUndefined();
});
