import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ProcessLog } from '../processes/process-log.ts';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { TerminalLogs } from './terminal-logs.ts';

describe('TerminalLogs', () => {
  it('shows only warnings, errors and plain lines of what was logged while quiet', async () => {
    await using dir = await temporaryDir();
    const log = new ProcessLog(dir.path, 'a');
    const shown: string[] = [];
    using logs = new TerminalLogs([log], text => shown.push(text));
    logs.quietUntil = 2000;
    const records = [
      { level: 30, time: 1000, msg: 'request before' },
      { level: 40, time: 1000, msg: 'warning before' },
      { level: 30, time: 2000, msg: 'request after' },
    ];
    writeFileSync(log.file, `${[...records.map(record => JSON.stringify(record)), 'a plain line'].join('\n')}\n`);
    logs.flush();
    expect(shown.join('')).to.match(/warning before.*\n.*request after.*\n.*a plain line\n$/);
    expect(shown.join('')).not.to.match(/request before/);
  });
});
