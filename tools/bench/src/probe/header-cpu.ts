import { formatTable } from '../table.ts';
import { headerFiles } from './bench-files.ts';
import { probeInTurn, readHead } from './probe-load.ts';

const TARGET_US = 150;
const PROBES = 3_000;

/** CPU time of the whole process, JavaScript and thread pool, for one header that is in memory. @returns the report */
export async function measureHeaderCpu(folder: string): Promise<string> {
  const rows: Record<string, string>[] = [];
  for (const file of headerFiles) {
    const inputs = [readHead(folder, file)];
    await probeInTurn(inputs, started => started >= PROBES / 3);
    const before = process.cpuUsage();
    await probeInTurn(inputs, started => started >= PROBES);
    const { user, system } = process.cpuUsage(before);
    const cpuUs = (user + system) / PROBES;
    rows.push({
      header: file,
      'CPU µs': cpuUs.toFixed(0),
      [`target ${TARGET_US}`]: cpuUs <= TARGET_US ? 'reached' : 'MISSED',
    });
  }
  return formatTable(rows);
}
