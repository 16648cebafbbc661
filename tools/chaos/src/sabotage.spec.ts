import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { runCommand } from './run-command.ts';

/** What loses an alert for sure where it is acked too soon. */
const SHORT = ['--minutes', '0.4', '--seed', '7', '--faults', 'nginx-errors,kill-probe-svc,kill-store-svc'];

describe('npm run chaos -- --sabotage ack-first', function () {
  this.timeout(900_000);

  it('finds the alerts that a mesh loses which acks before it stores', async () => {
    // It keeps its logs, for nobody.
    await using dir = await temporaryDir();
    // What is lost never ends: nothing is learnt by waiting longer for it.
    const sabotaged = [...SHORT, '--recovery-limit', '15', '--sabotage', 'ack-first'];
    const { exitCode, output, progress } = await runCommand(sabotaged, { TMPDIR: dir.path });
    expect(exitCode, `${progress}\n${output}`).to.equal(1);
    expect(Number(/^lost +([\d,]+)$/m.exec(output)?.[1]?.replaceAll(',', '')), output).to.above(0);
  });

  it('finds nothing in the same run without the sabotage', async () => {
    const { exitCode, output, progress } = await runCommand(SHORT);
    expect(exitCode, `${progress}\n${output}`).to.equal(0);
  });
});
