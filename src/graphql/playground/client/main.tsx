import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { EXAMPLE_HEADERS, EXAMPLE_QUERY } from './example.js';
import { fetchFromRollcall } from './fetcher.js';
import { focusEditorOnceLoaded } from './focus.js';
import { storageWithoutCredentials } from './storage.js';

const container = document.getElementById('playground');
if (container === null) {
  throw new Error('index.html has no element with the id "playground"');
}

focusEditorOnceLoaded(container);
createRoot(container).render(
  <GraphiQL
    fetcher={fetchFromRollcall}
    storage={storageWithoutCredentials}
    defaultQuery={EXAMPLE_QUERY}
    defaultHeaders={EXAMPLE_HEADERS}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
    schemaDescription={true}
    inputValueDeprecation={true}
  >
    <GraphiQL.Logo>Rollcall</GraphiQL.Logo>
  </GraphiQL>,
);
