import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { pickFreePorts } from './free-ports.ts';

const RESERVE = new URL('./reserve-port.ts', import.meta.url).href;

describe('pickFreePorts', () => {
  it('reserves what it picks among all processes, listened on or not', async () => {
    const [port] = (await pickFreePorts(1)) as [number];
    expect(await reserveElsewhere(port)).to.equal('false');
  });

  it('never picks a port twice', async () => {
    const picked = [...(await pickFreePorts(200)), ...(await pickFreePorts(200))];
    expect(new Set(picked).size).to.equal(picked.length);
  });
});

/** What a process other than this one is answered. */
async function reserveElsewhere(port: number): Promise<string> {
  const script = `const { reservePort } = await import('${RESERVE}'); console.log(await reservePort(${port}));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout.trim();
}
