const INSTALLS = 'It would replace the packages that the tests run on; continuous integration runs npm ci.';
const DOCKER = 'It needs Docker, which the tests do not require.';
const SERVES = 'It serves until it is stopped; tests start the same program in other ways.';
const WRITES = 'It writes a file into the project of the client.';
const EMBEDDED = 'The pages run on a database server; test/cli/backup.test.ts runs these commands.';
const OPENTELEMETRY = 'It installs 200 packages, and needs a collector.';
const CLIENT_PROGRAMS = "It needs PostgreSQL's client programs, which npm ci does not install.";

/** Blocks of commands in the documentation that the tests do not run, each with the reason. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  [
    'node --input-type=module -e "\n' +
      "  import { readFileSync } from 'node:fs';\n" +
      "  import { buildSchema, introspectionFromSchema } from 'graphql';\n" +
      "  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));\n" +
      '  console.log(JSON.stringify(introspectionFromSchema(schema)));" > introspection.json',
    WRITES,
  ],
  ['npm ci && npm start', INSTALLS],
  ['npm ci\nnpm run build\nnpm start', INSTALLS],
  [
    'npm ci\nnpm run build\nNODE_ENV=production DATABASE_URL=… PUBLIC_URL=… SECRETS_KEY=… OPERATOR_TOKEN=… npx rollcall serve',
    INSTALLS,
  ],
  ['npx rollcall serve --port 0 --workers 2', SERVES],
  ['npx vitest run test/domain', 'It is a test run inside a test run.'],
  ['npm run bench -- --help', 'It builds the program while other tests run it.'],
  ['npm run bench -- --queries --members 1000,1000000', 'It needs an idle machine and ten minutes.'],
  ['npm run bench -- --members 10000 --only get --no-peers', 'It needs an idle machine and a minute.'],
  [
    'npm run bench -- --members 20000 --only put --no-peers --processes 2 --rounds 16 --seconds 2',
    'It needs an idle machine and two minutes.',
  ],
  ['docker build -f docker/Dockerfile -t rollcall .', DOCKER],
  [
    "printf 'OPERATOR_TOKEN=%s\\nPOSTGRES_PASSWORD=%s\\n' $(openssl rand -hex 24) $(openssl rand -hex 24) > .env\n" +
      "printf 'SECRETS_KEY=%s\\nPUBLIC_URL=http://localhost:4000\\n' $(openssl rand -base64 32) >> .env\n" +
      'docker compose --env-file .env -f docker/compose.yaml up --build -d',
    DOCKER,
  ],
  [
    'docker compose --env-file .env -f docker/compose.yaml exec rollcall \\\n' +
      '  node dist/cli/main.js workspace create --name Globex --version V2 --owner owner@globex.test --scim',
    DOCKER,
  ],
  [
    'npm install --prefix /opt/opentelemetry @opentelemetry/api @opentelemetry/auto-instrumentations-node\n' +
      'export NODE_OPTIONS="--import /opt/opentelemetry/node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js"\n' +
      'export OTEL_SERVICE_NAME=rollcall OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example.com:4318\n' +
      'node --max-semi-space-size=32 dist/main.js',
    OPENTELEMETRY,
  ],
  ['npx rollcall backup rollcall.tar.gz', EMBEDDED],
  [
    'ROLLCALL_DATA_DIR=restored npx rollcall restore rollcall.tar.gz\n' +
      'ROLLCALL_DATA_DIR=restored npx rollcall serve --port 0',
    EMBEDDED,
  ],
  ['pg_dump --format=custom --file=rollcall.dump "$DATABASE_URL"', CLIENT_PROGRAMS],
  ['pg_restore --no-owner --exit-on-error --dbname="$DATABASE_URL" rollcall.dump', CLIENT_PROGRAMS],
]);
