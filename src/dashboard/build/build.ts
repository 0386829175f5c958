/**
 * Builds the dashboard into `dist/dashboard`: types of the documents, bundle, compressed copies.
 * Node strips the types of this directory, so only erasable syntax may be used here.
 */
import { renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { compressAll } from './compress.ts';
import { generateDocuments } from './documents.ts';
import { keylessTypes } from './keyless-types.ts';
import { compiledMessages } from './messages.ts';

const project = resolve(import.meta.dirname, '../../..');
const dashboard = resolve(import.meta.dirname, '..');
const schemaFile = resolve(project, 'schema.graphql');
const bundle = resolve(project, 'dist/dashboard');

await generateDocuments(dashboard, schemaFile);
// Built beside the old bundle and swapped in when complete: an interrupted build leaves the old one.
const unfinished = `${bundle}-${process.pid}`;
try {
  await build({
    configFile: false,
    root: dashboard,
    base: '/',
    publicDir: false,
    logLevel: 'error',
    plugins: [react(), compiledMessages(), keylessTypes(schemaFile)],
    resolve: {
      alias: {
        '@formatjs/icu-messageformat-parser': resolve(
          project,
          'node_modules/@formatjs/icu-messageformat-parser/no-parser.js',
        ),
      },
    },
    build: { outDir: unfinished, emptyOutDir: true, reportCompressedSize: false, target: 'es2023' },
  });
  compressAll(unfinished);
  rmSync(bundle, { recursive: true, force: true });
  renameSync(unfinished, bundle);
} finally {
  rmSync(unfinished, { recursive: true, force: true });
}
