import { selectList, TABLES } from '../../database/tables.js';

/** The columns of a `Workspace`, of a table called `w`, with the types that statements declare. */
export const WORKSPACE_COLUMNS = selectList(TABLES.workspace, 'w');
export const WORKSPACE_TYPES = TABLES.workspace.columns;
