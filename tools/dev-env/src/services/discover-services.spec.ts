import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { discoverServices } from './discover-services.ts';

const FIRST = { name: 'first-svc', port: 1, healthPort: 2, dependsOn: {}, replicas: 'many', image: { memoryMib: 64 } };

describe('discoverServices', () => {
  it('finds every workspace that declares a service, whatever pattern names it', async () => {
    const second = { ...FIRST, name: 'second-svc', port: 3, healthPort: 4, dependsOn: { FIRST_ADDRESS: 'first-svc' } };
    const found = await discover({ 'lib/kit': undefined, 'second-svc': second, 'first-svc': FIRST });
    expect(found.map(({ name }) => name)).to.deep.equal(['first-svc', 'second-svc']);
  });

  const mistakes: [what: string, declaration: object, message: RegExp][] = [
    ['a name that is not the folder', { name: 'another' }, /^second-svc\/src\/service\.ts: name must be second-svc\.$/],
    ['a port that another service has', { port: 2 }, /^second-svc.*: another service has port 2 too\.$/m],
    ['a dependency that is not there', { dependsOn: { X_ADDRESS: 'third-svc' } }, /dependsOn names third-svc/],
    ['NATS without rights', { dependsOn: { NATS_URL: 'nats' } }, /exactly if dependsOn names nats/],
    ['rights without NATS', { nats: {} }, /exactly if dependsOn names nats/],
  ];
  for (const [what, mistake, message] of mistakes) {
    it(`names the declaration with ${what}`, async () => {
      const second = { ...FIRST, name: 'second-svc', port: 3, healthPort: 4, ...mistake };
      const error = await discover({ 'first-svc': FIRST, 'second-svc': second }).catch(error => error);
      expect(error.message).to.match(message);
    });
  }

  /** @param folders with a declaration, or with no service in it */
  async function discover(folders: Record<string, object | undefined>) {
    await using dir = await temporaryDir();
    const manifest = { type: 'module', workspaces: ['lib/*', '*-svc'] };
    await mkdir(path.join(dir.path, 'lib'));
    await writeFile(path.join(dir.path, 'package.json'), JSON.stringify(manifest));
    for (const [folder, declaration] of Object.entries(folders)) {
      await mkdir(path.join(dir.path, folder, 'src'), { recursive: true });
      if (declaration === undefined) continue;
      const code = `export const service = ${JSON.stringify(declaration)};`;
      await writeFile(path.join(dir.path, folder, 'src/service.ts'), code);
    }
    return await discoverServices(dir.path);
  }
});
