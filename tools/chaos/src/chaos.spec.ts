import { expect } from 'chai';
import { runCommand } from './run-command.ts';

/** Each kind once; the seed gives four lanes that end at about the same time. */
const EVERY_KIND = ['--rounds', '1', '--lanes', '4', '--seed', '755'];
/** With other faults in effect meanwhile, on a machine four times slower. */
const SLOW_MACHINE = ['--rate', '10', '--recovery-limit', '300'];
/** What can't be injected while another fault is in effect, as nothing can be set in a NATS that is frozen. */
const MAX_KINDS_NOT_REACHED = 3;

describe('npm run chaos', function () {
  this.timeout(900_000);

  it('finds no alert lost and none doubled after a round of every kind of fault', async () => {
    const { exitCode, output, progress } = await runCommand([...EVERY_KIND, ...SLOW_MACHINE]);
    console.log(output);
    expect(exitCode, `${progress}\n${output}`).to.equal(0);
    expect(output)
      .to.match(/^lost +0$/m)
      .and.match(/^doubled +0$/m);
    expect(output.match(/ not reached$/gm) ?? [], output).to.length.most(MAX_KINDS_NOT_REACHED);
  });

  it('prints its usage for options that it does not know', async () => {
    const { exitCode, progress } = await runCommand(['--loud']);
    expect(exitCode).to.equal(2);
    expect(progress).to.match(/Usage: npm run chaos/);
  });
});
