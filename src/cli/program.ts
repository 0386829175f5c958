import { Command, Option } from 'commander';
import { WORKSPACE_VERSIONS } from '../domain/access.js';
import { API_KEY_SCOPES, PLANS } from '../model/enums.js';
import { list, personName, seatList, wholeNumber } from './arguments.js';
import { draftMigration, migrateNow } from './migrate.js';
import { createKey, createSession, createWorkspace } from './provision.js';
import type { DatabaseOptions } from './run.js';
import { rotateSecrets } from './secrets.js';
import { simulate } from './simulate.js';
import type { Terminal } from './terminal.js';

/** Adds the options of commands that use the database. */
function onDatabase(command: Command): Command {
  return command
    .option('--json', 'print one line of JSON on standard output, everything else on standard error')
    .option('--init', 'create the database when it does not exist');
}

/** Returns the `rollcall` command, which throws a CommanderError for wrong arguments instead of ending the process. */
export function program(terminal: Terminal): Command {
  const rollcall = new Command('rollcall')
    .description('Rollcall: members of workspaces, provisioned over SCIM 2.0.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('Add --help to see what it takes.');

  rollcall
    .command('serve')
    .description('start the server')
    .option('--port <number>', 'the port; overrides PORT')
    .option('--workers <number>', 'the number of processes; overrides WORKERS')
    .action(async ({ port, workers }: { port?: string; workers?: string }) => {
      // Loading the server takes most of the startup time, and the other commands do not need it.
      const { runServer } = await import('../server/run.js');
      await runServer({
        ...(port === undefined ? {} : { PORT: port }),
        ...(workers === undefined ? {} : { WORKERS: workers }),
      });
    });

  onDatabase(rollcall.command('migrate'))
    .description('bring the database up to date')
    .addOption(
      new Option('--draft <name>', 'write a migration that brings the database to the model').hideHelp(),
    )
    .action(({ draft, ...options }: DatabaseOptions & { readonly draft?: string }) =>
      draft === undefined ? migrateNow(terminal, options) : draftMigration(terminal, options, draft),
    );

  rollcall
    .command('schema')
    .description('print the GraphQL schema')
    .action(async () => {
      const { createSchema, schemaText } = await import('../graphql/serving/schema.js');
      terminal.out(schemaText(createSchema()));
    });

  workspaceCommands(terminal, rollcall.command('workspace').description('workspaces'));

  onDatabase(rollcall.command('key').description('API keys').command('create'))
    .description('create a key; its secret is shown once')
    .requiredOption('--workspace <id>', 'the workspace ID')
    .requiredOption('--name <name>', 'the purpose of the key')
    .requiredOption('--scopes <list>', `some of ${API_KEY_SCOPES.join(',')}`, list(API_KEY_SCOPES))
    .action((options) => createKey(terminal, options));

  onDatabase(rollcall.command('session').description('sessions of people').command('create'))
    .description('create a session token for a person who has an account')
    .requiredOption('--email <address>', "the person's e-mail address")
    .option(
      '--create-account',
      'create the account when the person has none, for example a person who was invited',
    )
    .action((options) => createSession(terminal, options));

  onDatabase(rollcall.command('explain'))
    .description('show the answer to a SCIM request and its changes, without executing it')
    .requiredOption('--workspace <id>', 'the workspace ID')
    .option('--method <method>', 'the method', 'POST')
    .requiredOption('--path <path>', 'the path below the SCIM base URL, such as /Users')
    .option('--body <json>', 'the body, or @ and the name of a file with it')
    .action(async (options) => {
      const { explain } = await import('./dry-run.js');
      await explain(terminal, options);
    });

  onDatabase(rollcall.command('self-test'))
    .description("run an identity provider's request sequence on a workspace, without writing anything")
    .requiredOption('--workspace <id>', 'the workspace ID')
    .addHelpText('after', '\nExits with 1 when a step fails.')
    .action(async (options) => {
      const { selfTest } = await import('./dry-run.js');
      await selfTest(terminal, options);
    });

  onDatabase(rollcall.command('secrets').description('encrypted secrets').command('rotate'))
    .description('encrypt every stored secret with the first key of SECRETS_KEY')
    .action((options) => rotateSecrets(terminal, options));

  rollcall
    .command('backup <file>')
    .description('write the embedded database into a file, even while a server runs')
    .action(async (file: string) => {
      const { backUp } = await import('./backup.js');
      await backUp(terminal, file);
    });

  rollcall
    .command('restore <file>')
    .description('make the embedded database from a backup')
    .action(async (file: string) => {
      const { restore } = await import('./backup.js');
      await restore(terminal, file);
    });

  const simulation = rollcall
    .command('simulate')
    .description('send the requests of an identity provider to a SCIM server');
  simulateCommand(simulation.command('okta'))
    .description("send Okta's requests")
    .action((options) => simulate(terminal, 'okta', options));
  simulateCommand(simulation.command('entra'))
    .description(
      "send Microsoft Entra's requests; with ?aadOptscim062020 on the base URL, in its compliant dialect",
    )
    .action((options) => simulate(terminal, 'entra', options));

  return rollcall;
}

function simulateCommand(command: Command): Command {
  return command
    .requiredOption('--base-url <url>', 'the SCIM 2.0 base URL')
    .requiredOption('--token <key>', 'the API key')
    .addHelpText('after', '\nExits with 1 when something fails.');
}

function workspaceCommands(terminal: Terminal, workspace: Command): void {
  onDatabase(workspace.command('create'))
    .description('create a workspace with its owner and a key of all scopes, which is shown once')
    .requiredOption('--name <name>', 'the name of the workspace')
    .addOption(
      new Option('--version <version>', 'V1: seats; V2: roles and credits')
        .choices(WORKSPACE_VERSIONS)
        .makeOptionMandatory(),
    )
    .requiredOption('--owner <address>', "the owner's e-mail address")
    .option(
      '--owner-name <name>',
      "the owner's name, such as Olivia Olsen; the last word is the family name",
      personName,
    )
    .addOption(
      new Option('--plan <plan>', 'the plan that the customer has bought')
        .choices(PLANS)
        .default('ENTERPRISE'),
    )
    .option('--scim', 'let an identity provider provision members')
    .option('--seats <list>', 'V1: seats per type, such as builder=5,pro=2', seatList)
    .option('--credits <number>', 'V2: credits in the pool each month', wholeNumber)
    .action((options) => createWorkspace(terminal, options));
}
