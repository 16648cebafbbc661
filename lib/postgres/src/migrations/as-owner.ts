export interface OwnersFunction {
  /** Its name and parameters. */
  readonly signature: string;
  readonly returns: string;
  /** Only roles that may update this table may call it. */
  readonly table: string;
  /** Statements of PL/pgSQL. */
  readonly body: string;
}

/**
 * A function that acts as the owner of the schema, for roles that may write rows: that of a service can't delete, and
 * everybody may call a function, also who only reads.
 */
export function createAsOwner({ signature, returns, table, body }: OwnersFunction): string {
  return `create function ${signature} returns ${returns}
  language plpgsql security definer set search_path from current as $$
begin
  if not has_table_privilege(session_user, '${table}', 'update') then
    raise insufficient_privilege using message = 'permission denied to write ${table}';
  end if;
${body}
end
$$`;
}
