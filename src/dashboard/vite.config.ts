import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './build/compress.ts';
import { typedDocuments } from './build/documents.ts';
import { compiledMessages } from './build/messages.ts';
import { schemaTypes } from './build/schema-types.ts';

const project = resolve(import.meta.dirname, '../..');
const schemaFile = resolve(project, 'schema.graphql');
/** The messages are compiled while Vite builds, so the browser gets no parser. */
const noParser = resolve(project, 'node_modules/@formatjs/icu-messageformat-parser/no-parser.js');

export default defineConfig({
  plugins: [
    typedDocuments(import.meta.dirname, schemaFile),
    react(),
    compiledMessages(),
    schemaTypes(schemaFile),
    compressed(),
  ],
  resolve: { alias: { '@formatjs/icu-messageformat-parser': noParser } },
  build: { target: 'es2023' },
});
