/** The condition of a CHECK that limits a text column to a closed list of values. */
export function oneOf(column: string, values: readonly string[]): string {
  return `${column} in (${values.map((value) => `'${value}'`).join(', ')})`;
}

/**
 * The body of a trigger that keeps a table's copy of the workspace's version equal to the workspace's. MikroORM cannot
 * describe a composite foreign key to a unique key, and its schema comparison would drop one.
 */
export function fitsWorkspaceVersion(table: string): string {
  return (
    'if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then ' +
    `raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = '${table}_fits_workspace'; ` +
    'end if; return new;'
  );
}
