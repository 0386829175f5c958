/** A CHECK's condition that a text column holds one of a closed list of values. */
export function oneOf(column: string, values: readonly string[]): string {
  return `${column} in (${values.map((value) => `'${value}'`).join(', ')})`;
}

/**
 * The body of a trigger that keeps a table's copy of the workspace's version true. A composite foreign key would
 * say the same, but MikroORM cannot describe one to a unique key, and its schema comparison would drop it.
 */
export function fitsWorkspaceVersion(table: string): string {
  return (
    'if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then ' +
    `raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = '${table}_fits_workspace'; ` +
    'end if; return new;'
  );
}
