import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

const SHOWN_LENGTH = 60;
const LISTENING = '0A';

/**
 * The process that listens on a port, for example `nginx -c nginx.conf, pid 812`; undefined if the system does not show
 * it to us.
 */
export function findPortHolder(port: number): string | undefined {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return undefined;
  const pid = readdir('/proc').find(entry => /^\d+$/.test(entry) && holdsSocket(entry, sockets));
  return pid && `${commandLine(pid)}, pid ${pid}`;
}

function commandLine(pid: string): string {
  const [file = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return [path.basename(file), ...args].join(' ').trim().slice(0, SHOWN_LENGTH);
}

function listeningSockets(port: number): Set<string> {
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(readRows);
  const listening = rows.filter(row => row[1]?.endsWith(`:${portHex}`) && row[3] === LISTENING);
  return new Set(listening.map(row => `socket:[${row[9]}]`));
}

function readRows(table: string): string[][] {
  try {
    const lines = readFileSync(table, 'utf8').trim().split('\n').slice(1);
    return lines.map(line => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

function holdsSocket(pid: string, sockets: Set<string>): boolean {
  return readdir(`/proc/${pid}/fd`).some(fd => {
    try {
      return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false;
    }
  });
}

function readdir(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
