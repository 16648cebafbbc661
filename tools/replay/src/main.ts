/** `npm run replay`: publishes alerts again that the stream, or a backup of it, holds. */
import { connect } from '@nats-io/transport-node';
import { WrongUsageError, whereCalled } from '@vigie/dev-env/command-line';
import { EnvReader, InvalidEnvironmentError } from '@vigie/service-kit/env';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { ReplayStoppedError } from './publish-again.ts';
import { replay } from './replay.ts';
import { parseReplayOptions, type ReplayOptions, USAGE } from './replay-options.ts';

const WRONG_CALL = 2;
const PROGRESS_MS = 2_000;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseReplayOptions(args);
    if (options === undefined) {
      console.log(USAGE);
      return 0;
    }
    const reader = new EnvReader(process.env);
    const natsUrl = reader.checked('NATS_URL', readNatsUrl, 'nats://operator:operator@127.0.0.1:4222');
    const backup = options.backup && whereCalled('replay', options.backup);
    return await run(reader.finish({ natsUrl }).natsUrl, { ...options, backup });
  } catch (error) {
    if (error instanceof WrongUsageError) console.error(`${error.message}\n\n${USAGE}`);
    else console.error((error as Error).message);
    return error instanceof WrongUsageError || error instanceof InvalidEnvironmentError ? WRONG_CALL : 1;
  }
}

async function run(natsUrl: string, options: ReplayOptions): Promise<number> {
  const begunAt = performance.now();
  const access = readNatsUrl(natsUrl);
  const connection = await connect(access).catch(cause => {
    throw new Error(`Can't connect to NATS at ${access.servers.join(', ')}: ${cause.message}.`, { cause });
  });
  try {
    const { count, first, last } = await replay(connection, options, reportEvery(PROGRESS_MS));
    const seconds = ((performance.now() - begunAt) / 1_000).toFixed(1);
    const where = first === undefined ? '' : `, positions ${first} to ${last}`;
    if (count === 0 && options.sequence !== undefined) {
      console.error(`There is no such message at position ${options.sequence}.`);
      return 1;
    }
    console.log(options.dryRun ? `${count} alerts${where}` : `${count} alerts published again in ${seconds} s${where}`);
    return 0;
  } catch (error) {
    if (!(error instanceof ReplayStoppedError)) throw error;
    const { doneThrough, message } = error;
    console.error(`${message}\nStopped. To go on, call again with --after ${doneThrough}.`);
    return 1;
  } finally {
    await connection.close();
  }
}

function reportEvery(intervalMs: number): (count: number) => void {
  let reportedAt = performance.now();
  return count => {
    if (performance.now() - reportedAt < intervalMs) return;
    reportedAt = performance.now();
    console.error(`${count} alerts ...`);
  };
}

process.exitCode = await main(process.argv.slice(2));
