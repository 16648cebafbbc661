import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { Mesh } from '@vigie/dev-env';
import { openPostgresSession, type PgClient, queryPostgres } from '@vigie/dev-env/servers';
import { portsOf } from '@vigie/dev-env/tcp-ports';
import { Pool } from 'undici';
import type { BenchOptions } from '../bench-options.ts';
import { quantileOf } from '../quantile.ts';
import { fillAlerts } from './fill-alerts.ts';
import { type ReadingQuery, readingQueries, type SampleRow } from './reading-queries.ts';

/** Of a page of 50, or counts. */
const MAX_P99_MS = 20;
/** Of each kind, before any is measured: V8 has compiled what they run through then, as in a mesh that works. */
const WARM_UP_ROUNDS = 60;
/** Of the kind that is measured. */
const WARM_UP_CALLS = 30;
/** The p99 is the tenth of the slowest: with a few hundred, a single one that the machine delays moves it. */
const CALLS = 1_000;
/** Of a kind that is too slow. */
const SHOWN_CALLS = 6;
const SAMPLES = 500;
const MEBIBYTE = 2 ** 20;

/**
 * Fills the database of a mesh of its own, and prints how long lists and counts take at the gateway, one call after the
 * other, and by which plans Postgres answers them.
 *
 * @returns whether the p99 of every kind of query is within the bound
 */
export async function measureReading({ rows, data }: BenchOptions, say: (line: string) => void): Promise<boolean> {
  const dataDir = data ?? mkdtempSync(path.join(tmpdir(), 'vigie-bench-'));
  const isFilled = existsSync(path.join(dataDir, 'postgres'));
  try {
    if (!isFilled) {
      await using mesh = await boot(dataDir);
      say(`Filling the table with ${rows} alerts ...`);
      await fillAlerts(mesh.databaseUrl, rows, say);
      await makeRoomInMemory(mesh.databaseUrl);
    }
    await using mesh = await boot(dataDir);
    const { databaseUrl } = mesh;
    await describeTable(databaseUrl, say);
    await readIntoMemory(databaseUrl);
    const gateway = new Pool(mesh.gatewayUrl);
    let isWithinBounds = true;
    const queries = readingQueries(await drawSamples(databaseUrl));
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      for (const query of queries) await ask(gateway, query.url());
    }
    for (const query of queries) {
      const calls = await measure(gateway, query);
      const times = calls.map(({ ms }) => ms);
      const p99 = quantileOf(times, 0.99);
      const isSlow = p99 > (query.maxP99Ms ?? MAX_P99_MS);
      isWithinBounds &&= !isSlow;
      const mark = isSlow ? '!' : ' ';
      say(`${mark} ${query.name.padEnd(40)} p50 ${shown(quantileOf(times, 0.5))}  p99 ${shown(p99)} ms`);
      if (isSlow) for (const { ms, url } of slowestOf(calls)) say(`      ${shown(ms)} ms  ${url}`);
      if (query.asksPostgres !== false) for (const line of await explain(mesh, gateway, query)) say(`      ${line}`);
    }
    await gateway.close();
    return isWithinBounds;
  } finally {
    if (data === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

interface FilledMesh extends AsyncDisposable {
  readonly gatewayUrl: string;
  /** As the owner of the schema. */
  readonly databaseUrl: string;
  readonly postgresLog: string;
}

async function boot(dataDir: string): Promise<FilledMesh> {
  const mesh = await Mesh.boot({
    ...{ ports: 'free', dataDir },
    // While they are made: the rows that are RECEIVED were never published, and are not lost.
    serviceEnv: { 'store-svc': { SWEEP_INTERVAL_MS: '3600000' } },
  });
  const { postgres } = mesh;
  if (postgres === undefined) throw new Error('The bench needs a Postgres of its own.');
  return {
    gatewayUrl: `http://127.0.0.1:${portsOf(mesh.ports, 'gateway').port}`,
    databaseUrl: postgres.url,
    postgresLog: path.join(dataDir, 'logs', 'postgres.log'),
    [Symbol.asyncDispose]: () => mesh.stop(),
  };
}

/**
 * From the next start on Postgres itself keeps all of the database in memory, where the kernel can't let go of what
 * nothing has read for a while: fifty rows from the disk would take a tenth of a second.
 */
async function makeRoomInMemory(url: string): Promise<void> {
  const [{ mib } = { mib: 0 }] = await queryPostgres(
    url,
    `select ceil(1.1 * pg_database_size(current_database()) / ${MEBIBYTE}) as mib`,
  );
  await queryPostgres(url, `alter system set shared_buffers = '${mib}MB'`);
}

async function readIntoMemory(url: string): Promise<void> {
  await queryPostgres(url, 'create extension if not exists pg_prewarm');
  await queryPostgres(
    url,
    `select pg_prewarm(oid) from pg_class where relname like 'alert%' and relkind in ('r', 'i')`,
  );
}

async function describeTable(url: string, say: (line: string) => void): Promise<void> {
  const sizes = await queryPostgres(
    url,
    `select relname as name, pg_size_pretty(pg_relation_size(oid)) as size, reltuples::bigint as rows from pg_class
     where relname like 'alert%' and relkind in ('r', 'i') order by pg_relation_size(oid) desc`,
  );
  for (const { name, size, rows } of sizes)
    say(`  ${String(name).padEnd(30)} ${String(size).padStart(10)} ${rows} rows`);
}

async function drawSamples(url: string): Promise<readonly SampleRow[]> {
  const [rows, labels] = await Promise.all([
    queryPostgres(url, `select uid, video from alerts tablesample system (0.1) limit ${SAMPLES}`),
    queryPostgres(url, `select labels[1] as label from alerts where labels[1] like 'case=%' limit ${SAMPLES}`),
  ]);
  return rows.map(({ uid, video }, index) => ({
    ...{ uid: String(uid), video: String(video) },
    rareLabel: String(labels[index % labels.length]?.label),
  }));
}

interface MeasuredCall {
  readonly url: string;
  readonly ms: number;
}

async function measure(gateway: Pool, query: ReadingQuery): Promise<readonly MeasuredCall[]> {
  const calls: MeasuredCall[] = [];
  for (let call = 0; call < WARM_UP_CALLS + CALLS; call++) {
    const url = query.url();
    const startedAt = performance.now();
    await ask(gateway, url);
    if (call >= WARM_UP_CALLS) calls.push({ url, ms: performance.now() - startedAt });
  }
  return calls;
}

/** Those above the p99 and a few more: whether they ask for the same tells what makes them slow. */
function slowestOf(calls: readonly MeasuredCall[]): readonly MeasuredCall[] {
  return calls.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN_CALLS);
}

async function ask(gateway: Pool, url: string): Promise<void> {
  const { statusCode, body } = await gateway.request({ method: 'GET', path: url });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode} ${text}`);
}

/** The plan of the statement that a call of the kind has Postgres execute, by its log. */
async function explain(mesh: FilledMesh, gateway: Pool, query: ReadingQuery): Promise<readonly string[]> {
  const { databaseUrl, postgresLog } = mesh;
  await setLogged(databaseUrl, 'all');
  const before = readFileSync(postgresLog).length;
  await ask(gateway, query.url());
  await setLogged(databaseUrl, 'none');
  const logged = readFileSync(postgresLog).subarray(before).toString();
  const statements = [...logged.matchAll(/(?:statement|execute [^:]+): ([\s\S]*?)(?=\n\S|$)/g)].map(
    ([, sql = '']) => sql,
  );
  const statement = statements.find(sql => /from "?(?:alerts|\()/.test(sql));
  if (statement === undefined) return [`no statement in ${postgresLog}`];
  await using session = await openTenantSession(databaseUrl);
  const { rows } = await session.query(`explain (analyze, buffers, costs off) ${statement.replaceAll('\n\t', '\n')}`);
  return rows.map(row => String(row['QUERY PLAN']));
}

/** As store-svc asks for a tenant. */
async function openTenantSession(url: string): Promise<Pick<PgClient, 'query'> & AsyncDisposable> {
  const session = await openPostgresSession(url, 'vigie-bench');
  await session.query(`set vigie.tenant = '${DEFAULT_TENANT}'; set role vigie_store_tenant`);
  return { query: sql => session.query(sql), [Symbol.asyncDispose]: () => session.end() };
}

async function setLogged(url: string, statements: 'all' | 'none'): Promise<void> {
  await queryPostgres(url, `alter system set log_statement = '${statements}'`);
  await queryPostgres(url, 'select pg_reload_conf()');
  await new Promise(resolve => setTimeout(resolve, 300));
}

function shown(ms: number): string {
  return ms.toFixed(1).padStart(7);
}
