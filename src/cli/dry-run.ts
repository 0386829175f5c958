import { readFile } from 'node:fs/promises';
import { DomainError } from '../domain/errors.js';
import { isJsonObject, type JsonObject } from '../domain/profile.js';
import { Compiler } from '../graphql/serving/compiler.js';
import { createSchema } from '../graphql/serving/schema.js';
import { createScimAdapter } from '../server/scim-adapter.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { explain as explainRequest } from '../services/provisioning-log/explain.js';
import { selfTest as playSequence } from '../services/provisioning-log/self-test.js';
import { type DatabaseOptions, run } from './run.js';
import { CommandFailure, type Terminal } from './terminal.js';

interface ExplainOptions extends DatabaseOptions {
  readonly workspace: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** `rollcall explain` */
export async function explain(terminal: Terminal, options: ExplainOptions): Promise<void> {
  const body = await bodyOf(options.body);
  return run(terminal, options, async ({ context, origin }) => {
    const { workspace: workspaceId, method, path } = options;
    const baseUrl = baseUrlOf(origin, workspaceId);
    const services = withAdapter(context);
    const {
      status,
      code,
      detail,
      fix,
      changes,
      notices,
      body: answer,
    } = await explainRequest(services, {
      workspaceId,
      method,
      path,
      body,
      baseUrl,
    });
    return {
      status: String(status),
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
      ...(fix === null
        ? {}
        : { fix: fix.summary, steps: fix.steps.map((step) => `${step.screen}: ${step.do}`) }),
      ...(notices.length === 0
        ? {}
        : { ignored: notices.map(({ attribute, closest }) => `${attribute} (did you mean ${closest}?)`) }),
      ...(changes.length === 0
        ? {}
        : {
            changes: changes.map(
              (change) => `${change.action} ${change.targetLabel} ${JSON.stringify(change.changes)}`,
            ),
          }),
      ...(answer === null ? {} : { body: JSON.stringify(answer) }),
    };
  });
}

interface SelfTestOptions extends DatabaseOptions {
  readonly workspace: string;
}

/** `rollcall self-test` */
export async function selfTest(terminal: Terminal, options: SelfTestOptions): Promise<void> {
  let passed = true;
  await run(
    terminal,
    options,
    async ({ context, origin }) => {
      const { workspace: workspaceId } = options;
      const services = withAdapter(context);
      const result = await playSequence(services, { workspaceId, baseUrl: baseUrlOf(origin, workspaceId) });
      ({ passed } = result);
      return {
        passed: passed ? 'yes' : 'no',
        steps: result.steps.map(({ step, outcome, status, detail, fix }) =>
          [
            `${step}: ${outcome}`,
            ...(status === null ? [] : [`(${status})`]),
            ...(detail === null ? [] : [detail]),
            ...(fix === null ? [] : [`To fix it: ${fix.summary}`]),
          ].join(' '),
        ),
      };
    },
    lines,
  );
  if (!passed) throw new CommandFailure('a step of the self-test has failed');
}

/** Prints each item of a list on its own line. */
function lines(result: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(result)
    .map(([name, value]) => (typeof value === 'string' ? `${name}: ${value}\n` : `${value.join('\n')}\n`))
    .join('');
}

/** @throws DomainError INVALID_INPUT for a text that is not a JSON object, or a file that cannot be read */
async function bodyOf(text: string | undefined): Promise<JsonObject | undefined> {
  if (text === undefined) return undefined;
  const source = text.startsWith('@') ? await contentOf(text.slice(1)) : text;
  const body = parsed(source);
  if (isJsonObject(body)) return body;
  throw new DomainError(
    'INVALID_INPUT',
    '--body must be a JSON object, or @ and the name of a file with one.',
  );
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError('INVALID_INPUT', `The file of --body cannot be read: ${reason}`);
  }
}

function parsed(source: string): JsonObject[string] | undefined {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** Adds the SCIM adapter to the context of the command line, as the server does. */
function withAdapter(context: ServiceContext): ServiceContext {
  const schema = createSchema();
  const onFault = (error: unknown) => {
    throw error;
  };
  return { ...context, scim: createScimAdapter(schema, new Compiler(schema), onFault) };
}

function baseUrlOf(origin: string, workspaceId: string): string {
  return `${origin}/scim/v2/organizations/${workspaceId}`;
}
