import type { DescMessage } from '@bufbuild/protobuf';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { QuarantinedAlertSchema } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import { expect } from 'chai';
import { openPostgresStore } from '../../testing/postgres-store.ts';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly comment: string | null;
}

const RESOURCES: Readonly<Record<string, DescMessage>> = {
  alerts: AlertSchema,
  quarantined_alerts: QuarantinedAlertSchema,
};

describe('the columns of Postgres', () => {
  const teardown = new AsyncDisposableStack();
  let columns: Column[];

  before(async () => {
    const postgres = await scratchPostgres(teardown);
    await postgres.start();
    await openPostgresStore(teardown, postgres);
    columns = (await queryPostgres(
      postgres.readUrl,
      `select relname as table, attname as column, col_description(attrelid, attnum) as comment
       from pg_attribute join pg_class on pg_class.oid = attrelid
       where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
         and relname <> 'schema_migrations'`,
    )) as unknown as Column[];
  });
  after(() => teardown.disposeAsync());

  it('have a comment each', () => {
    expect(columns.length).to.be.greaterThan(60);
    expect(columns.filter(({ comment }) => comment === null)).to.deep.equal([]);
  });

  it('are named as the fields of the API that their comments begin with', () => {
    for (const { table, column, comment } of columns) {
      if (comment?.startsWith('Not in the API: ')) continue;
      const [field = ''] = comment?.split(': ') ?? [];
      const names = field.split('.');
      expect(findField(RESOURCES[table], names), `${table}.${column}: ${field}`).to.equal(true);
      expect([names.slice(-1).join('_'), names.slice(-2).join('_')], table).to.include(column);
    }
  });

  it('leave no field of an alert out', () => {
    const shown = columns.filter(({ table }) => table === 'alerts').map(({ comment }) => comment?.split(': ')[0] ?? '');
    expect(shown).to.include.members(leavesOf(AlertSchema));
  });
});

function findField(message: DescMessage | undefined, [name, ...rest]: readonly string[]): boolean {
  const field = message?.fields.find(field => field.name === name);
  if (field === undefined || rest.length === 0) return field !== undefined;
  return findField(field.message, rest);
}

/** The paths of all fields that hold a value, not a message of ours. */
function leavesOf(message: DescMessage, prefix = ''): string[] {
  return message.fields.flatMap(field => {
    const path = `${prefix}${field.name}`;
    const isOurs = field.message?.typeName.startsWith('vigie.') ?? false;
    return isOurs ? leavesOf(field.message as DescMessage, `${path}.`) : [path];
  });
}
