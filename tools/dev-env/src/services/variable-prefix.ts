/** How the variables about a service begin: `INGEST` of ingest-svc, as in `INGEST_PORT` and `NATS_INGEST_PASSWORD`. */
export function variablePrefix(service: string): string {
  return service.replace(/-svc$/, '').replaceAll('-', '_').toUpperCase();
}
