import type { GraphQLSchema } from 'graphql';
import { clientOf } from '../domain/provisioning-log.js';
import type { Compiler } from '../graphql/serving/compiler.js';
import { Loaders } from '../graphql/serving/loaders.js';
import { parseBody } from '../scim/http/body.js';
import { describeRequest } from '../scim/http/description.js';
import { createDispatch } from '../scim/http/dispatch.js';
import { errorBody, faultOf } from '../scim/http/errors.js';
import { NO_PARAMETERS } from '../scim/http/query.js';
import { requireScim } from '../services/context/authorization.js';
import type { AdapterAnswer, ScimAdapter } from '../services/context/scim-adapter.js';
import type { ServiceContext } from '../services/context/service-context.js';

/**
 * Creates the adapter that serves SCIM over HTTP, for the requests of dry runs.
 * @throws Error when an operation of the adapter is not valid in the schema
 */
export function createScimAdapter(
  schema: GraphQLSchema,
  compiler: Compiler,
  onFault: (error: unknown, requestId: string) => void,
): ScimAdapter<ServiceContext> {
  const dispatch = createDispatch({ schema, compile: (document) => compiler.compile(document) }, onFault);
  return async (services, { method, path, body, baseUrl }) => {
    const { actor, requestId } = services.caller;
    if (actor?.type !== 'API_KEY') throw new Error('a SCIM request is tried as an API key');
    const { id: workspaceId, version: workspaceVersion } = actor.workspace;
    try {
      requireScim(actor);
    } catch (error) {
      return refused(error, { method, requestId, workspaceVersion });
    }
    const { answer, describe } = await dispatch({
      method,
      url: path,
      accept: undefined,
      ifMatch: undefined,
      ifNoneMatch: undefined,
      client: clientOf(undefined, path),
      // The body is parsed from text, so that it is checked like one that came over HTTP.
      body: async () =>
        parseBody(Buffer.from(body === undefined || body === null ? '' : JSON.stringify(body))),
      workspaceId,
      baseUrl,
      requestId,
      context: {
        contextValue: { services, loaders: new Loaders(services), origin: '' },
        workspaceVersion,
      },
    });
    return { status: answer.status, body: answer.body ?? null, event: describe() };
  };
}

/** The answer for a key that does not open SCIM. */
function refused(
  error: unknown,
  request: Pick<Parameters<typeof describeRequest>[0], 'method' | 'requestId' | 'workspaceVersion'>,
): AdapterAnswer {
  const fault = faultOf(error);
  const answer = { status: fault.status, body: errorBody(fault, request.requestId) };
  const event = describeRequest({
    ...request,
    endpoint: undefined,
    id: '',
    query: NO_PARAMETERS,
    client: 'OTHER',
    sent: undefined,
    at: new Date(),
    durationMs: 0,
    answer,
    refusal: { fault, error },
  });
  return { ...answer, event: { ...event, code: 'SCIM_DISABLED' } };
}
