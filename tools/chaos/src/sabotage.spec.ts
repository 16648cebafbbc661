import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { runCommand } from './run-command.ts';

/** Each loses an alert for sure where it is acked too soon. */
const LOSING = ['--rounds', '1', '--seed', '7', '--faults', 'nginx-errors,kill-probe-svc,kill-store-svc'];
/** What is lost never ends: nothing is learnt by waiting longer for it. */
const SHORT = ['--recovery-limit', '5'];

// That the check finds nothing without a sabotage is what chaos.spec.ts shows, with these faults among others.
describe('npm run chaos -- --sabotage ack-first', function () {
  this.timeout(900_000);

  it('finds the alerts that a mesh loses which acks before it stores', async () => {
    // It keeps its logs, for nobody.
    await using dir = await temporaryDir();
    const sabotaged = [...LOSING, ...SHORT, '--sabotage', 'ack-first'];
    const { exitCode, output, progress } = await runCommand(sabotaged, { TMPDIR: dir.path });
    expect(exitCode, `${progress}\n${output}`).to.equal(1);
    expect(Number(/^lost +([\d,]+)$/m.exec(output)?.[1]?.replaceAll(',', '')), output).to.above(0);
  });
});
