import { isSpanContextValid, trace } from '@opentelemetry/api';

/** A request that was answered. */
interface Answered {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly code: string | undefined;
}

/**
 * Describes an answered request in its span, if an operator has loaded OpenTelemetry: by the id that the log, audit entries
 * and the provisioning log have. Call it in a listener of the response, which OpenTelemetry runs in that span.
 * @returns the id of the trace; undefined without one
 */
export function describeSpan({ requestId, method, route, code }: Answered): string | undefined {
  const span = trace.getActiveSpan();
  if (span === undefined || !isSpanContextValid(span.spanContext())) return undefined;
  span.updateName(`${method} ${route}`);
  span.setAttributes({ 'http.route': route, 'rollcall.request_id': requestId });
  if (code !== undefined) span.setAttribute('rollcall.code', code);
  return span.spanContext().traceId;
}
