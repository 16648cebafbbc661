/**
 * A function that acts as the owner of the schema, for roles that may write alerts: that of store-svc can't delete, and
 * everybody may call a function, also who only reads.
 *
 * @param signature its name and parameters
 * @param body statements of PL/pgSQL
 */
export function createAsOwner(signature: string, returns: string, body: string): string {
  return `create function ${signature} returns ${returns}
  language plpgsql security definer set search_path from current as $$
begin
  if not has_table_privilege(session_user, 'alerts', 'update') then
    raise insufficient_privilege using message = 'permission denied to write alerts';
  end if;
${body}
end
$$`;
}
