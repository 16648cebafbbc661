import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const PROJECT_DIR = path.resolve(import.meta.dirname, '../../..');

/** What the rules are shown: a house with every kind of part, and nothing wrong in it. */
const HOUSE: Readonly<Record<string, string>> = {
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true } }',
  'proto/package.json': manifest('@vigie/proto', { './*': './gen/*' }),
  'lib/alert/package.json': manifest('@vigie/alert', { '.': './src/index.ts', './wire': './src/wire/index.ts' }),
  'lib/alert/src/index.ts': "export { A } from './alert.ts';",
  'lib/alert/src/alert.ts': "import 'node:crypto';\nexport const A = 1;",
  'lib/alert/src/wire/index.ts': "export { W } from './alert-wire.ts';",
  'lib/alert/src/wire/alert-wire.ts': "import { A } from '../alert.ts';\nexport const W = A;",
  'lib/service-kit/package.json': manifest('@vigie/service-kit', {
    './async': './src/async/index.ts',
    './injection': './src/injection/index.ts',
    './nats': './src/nats/index.ts',
  }),
  'lib/service-kit/src/async/index.ts': "export { B } from './batcher.ts';",
  'lib/service-kit/src/async/batcher.ts': 'export const B = 1;',
  'lib/service-kit/src/injection/index.ts': "export { I } from './bind-parts.ts';",
  'lib/service-kit/src/injection/bind-parts.ts': "import 'tsyringe';\nexport const I = 1;",
  'lib/service-kit/src/nats/index.ts': "export { N } from './nats.ts';",
  'lib/service-kit/src/nats/nats.ts': 'export const N = 1;',
  'lib/media-source/package.json': manifest('@vigie/media-source', { '.': './src/index.ts' }),
  'lib/media-source/src/index.ts': "export { L } from './read-until-known.ts';",
  'lib/media-source/src/read-until-known.ts': "import { B } from '@vigie/service-kit/async';\nexport const L = B;",
  'lib/postgres/package.json': manifest('@vigie/postgres', {
    '.': './src/index.ts',
    './errors': './src/errors/index.ts',
  }),
  'lib/postgres/src/index.ts': "export { O } from './open.ts';",
  'lib/postgres/src/open.ts': "import './errors/error.ts';\nimport '@vigie/service-kit/nats';\nexport const O = 1;",
  'lib/postgres/src/errors/index.ts': "export { D } from './error.ts';",
  'lib/postgres/src/errors/error.ts': 'export const D = 1;',
  'lib/client/package.json': manifest('@vigie/client', { '.': './src/index.ts' }),
  'lib/client/src/index.ts': "export { C } from './connection.ts';",
  'lib/client/src/connection.ts': 'export const C = 1;',
  'native/package.json': manifest('@vigie/native', { '.': './ts/index.ts' }),
  'native/ts/index.ts': "export { P } from './probe.ts';",
  'native/ts/probe.ts': "import { A } from '@vigie/alert';\nexport const P = A;",
  'store-svc/package.json': manifest('@vigie/store-svc', { './testing': './src/testing/index.ts' }),
  'store-svc/src/main.ts': "import './composition-root.ts';",
  'store-svc/src/config.ts': 'export interface Config {}',
  'store-svc/src/composition-root.ts':
    "import '@vigie/service-kit/injection';\nimport './adapters/postgres/store.ts';\nimport './config.ts';",
  'store-svc/src/domain/row.ts': "import { A } from '@vigie/alert';\nexport const R = A;",
  'store-svc/src/ports/store.ts':
    "import '@vigie/media-source';\nexport { D } from '@vigie/postgres/errors';\nimport { R } from '../domain/row.ts';\nexport const S = R;",
  'store-svc/src/ports/store.fake.ts': "import { S } from './store.ts';\nexport const F = S;",
  'store-svc/src/application/record.ts': "import '@vigie/service-kit/async';\nimport '../ports/store.ts';",
  'store-svc/src/adapters/postgres/store.ts': "import '../../ports/store.ts';\nimport '@vigie/service-kit/nats';",
  'store-svc/src/adapters/grpc/service.ts': "import '../../application/record.ts';\nimport '@vigie/alert/wire';",
  'store-svc/src/cli/main.ts': "import '../config.ts';",
  'store-svc/src/testing/index.ts': "import '@vigie/dev-env';\nexport const T = 1;",
  'store-svc/src/record.spec.ts': "import './testing/index.ts';\nimport './ports/store.fake.ts';",
  'probe-svc/package.json': manifest('@vigie/probe-svc', { '.': './src/main.ts' }),
  'probe-svc/src/main.ts': 'export const M = 1;',
  'tools/dev-env/package.json': manifest('@vigie/dev-env', { '.': './src/index.ts' }),
  'tools/dev-env/src/index.ts': "export { D } from './mesh.ts';",
  'tools/dev-env/src/mesh.ts': 'export const D = 1;',
  'tools/e2e/package.json': manifest('@vigie/e2e', { '.': './src/index.ts' }),
  'tools/e2e/src/index.ts': "import '@vigie/dev-env';\nimport '@vigie/store-svc/testing';\nexport const E = 1;",
};

/** A rule, a file that breaks it, and what it imports. */
const VIOLATIONS: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['domain-imports-nothing-outward', 'store-svc/src/domain/a.ts', '../ports/store.ts'],
  ['domain-imports-nothing-outward', 'store-svc/src/domain/b.ts', 'node:fs'],
  ['domain-imports-nothing-outward', 'store-svc/src/domain/c.ts', '@vigie/alert/wire'],
  ['domain-imports-nothing-outward', 'store-svc/src/domain/d.ts', '@vigie/service-kit/nats'],
  ['alert-does-no-io', 'lib/alert/src/a.ts', './wire/index.ts'],
  ['alert-does-no-io', 'lib/alert/src/b.ts', 'node:net'],
  ['ports-speak-the-domain', 'store-svc/src/ports/a.ts', '../application/record.ts'],
  ['ports-speak-the-domain', 'store-svc/src/ports/b.ts', '@vigie/service-kit/async'],
  ['ports-speak-the-domain', 'store-svc/src/ports/c.ts', '@vigie/postgres'],
  ['application-knows-no-technology', 'store-svc/src/application/a.ts', '../adapters/postgres/store.ts'],
  ['application-knows-no-technology', 'store-svc/src/application/b.ts', '@vigie/service-kit/nats'],
  ['application-knows-no-technology', 'store-svc/src/application/c.ts', 'node:fs'],
  ['adapters-stand-alone', 'store-svc/src/adapters/grpc/a.ts', '../postgres/store.ts'],
  ['adapters-stand-alone', 'store-svc/src/adapters/grpc/deep/b.ts', '../../../adapters/postgres/store.ts'],
  ['rooms-do-not-know-the-house', 'store-svc/src/adapters/grpc/c.ts', '../../config.ts'],
  ['rooms-do-not-know-the-house', 'store-svc/src/domain/e.ts', '../composition-root.ts'],
  ['cli-is-imported-by-nobody', 'store-svc/src/e.ts', './cli/main.ts'],
  ['services-never-each-other', 'store-svc/src/adapters/grpc/d.ts', '@vigie/probe-svc'],
  ['services-never-each-other', 'store-svc/src/a.spec.ts', '../../probe-svc/src/main.ts'],
  ['packages-know-no-service', 'lib/service-kit/src/async/a.ts', '@vigie/store-svc/testing'],
  ['packages-know-no-service', 'native/ts/a.ts', '@vigie/probe-svc'],
  ['probe-child-stays-small', 'probe-svc/src/isolated-main.ts', '@vigie/postgres'],
  ['native-stands-alone', 'native/ts/b.ts', '@vigie/service-kit/async'],
  ['media-source-knows-no-alert', 'lib/media-source/src/a.ts', '@vigie/alert'],
  ['media-source-knows-no-alert', 'lib/media-source/src/b.ts', '@vigie/service-kit/nats'],
  ['postgres-knows-no-alert', 'lib/postgres/src/a.ts', '@vigie/alert'],
  ['database-errors-do-no-io', 'lib/postgres/src/errors/a.ts', '../open.ts'],
  ['database-errors-do-no-io', 'lib/postgres/src/errors/b.ts', 'node:net'],
  ['client-runs-in-browsers', 'lib/client/src/a.ts', 'node:timers/promises'],
  ['client-runs-in-browsers', 'lib/client/src/b.ts', '@vigie/service-kit/async'],
  ['client-runs-in-browsers', 'lib/client/src/c.ts', '@connectrpc/connect-node'],
  ['tools-are-not-for-production', 'store-svc/src/adapters/grpc/e.ts', '@vigie/dev-env'],
  ['tools-are-not-for-production', 'lib/service-kit/src/nats/a.ts', '@vigie/dev-env'],
  ['production-imports-no-test-code', 'store-svc/src/adapters/grpc/f.ts', '../../testing/index.ts'],
  ['production-imports-no-test-code', 'store-svc/src/adapters/grpc/g.ts', '../../ports/store.fake.ts'],
  ['specs-are-imported-by-nobody', 'store-svc/src/b.spec.ts', './record.spec.ts'],
  ['e2e-is-imported-by-nobody', 'tools/dev-env/src/a.ts', '@vigie/e2e'],
  ['only-the-composition-root-injects', 'store-svc/src/adapters/grpc/h.ts', '@vigie/service-kit/injection'],
  ['only-bind-parts-knows-tsyringe', 'store-svc/src/a.ts', 'tsyringe'],
  ['only-bind-parts-knows-tsyringe', 'probe-svc/src/composition-root.ts', 'reflect-metadata'],
  ['declarations-import-nothing', 'probe-svc/src/service.ts', './main.ts'],
  ['declarations-import-nothing', 'store-svc/src/service.ts', '@vigie/service-kit/nats'],
  ['no-way-round-exports', 'store-svc/src/b.ts', '../../lib/alert/src/alert.ts'],
  ['no-way-round-exports', 'tools/e2e/src/a.ts', '../../../store-svc/src/domain/row.ts'],
  ['no-own-index', 'lib/service-kit/src/nats/b.ts', '../async/index.ts'],
  ['no-cycles', 'store-svc/src/c.ts', './c.ts'],
  ['no-unresolvable', 'store-svc/src/d.ts', '@vigie/alert/src/alert.ts'],
  ['no-unresolvable', 'tools/e2e/src/b.ts', '@vigie/store-svc'],
  ['no-deprecated-core', 'store-svc/src/f.ts', 'node:punycode'],
];

interface Cruise {
  summary: { violations: { from: string; rule: { name: string } }[] };
}

describe('The import rules', () => {
  let brokenRules: Map<string, string[]>;

  before(async () => {
    const broken = VIOLATIONS.map(([, file, imports]) => [file, `import type {} from '${imports}';`]);
    const { summary } = await cruise({ ...HOUSE, ...Object.fromEntries(broken) });
    const byFile = Map.groupBy(summary.violations, ({ from }) => from);
    brokenRules = new Map([...byFile].map(([file, found]) => [file, found.map(({ rule }) => rule.name)]));
  });

  for (const [rule, file, imports] of VIOLATIONS) {
    it(`${rule}: ${file} may not import ${imports}`, () => expect(brokenRules.get(file)).to.include(rule));
  }

  it('are each shown to bite', async () => {
    const { default: config } = await import('../../../.dependency-cruiser.mjs');
    const names = config.forbidden?.map(({ name }) => name) ?? [];
    expect(new Set(VIOLATIONS.map(([rule]) => rule))).to.deep.equal(new Set(names));
  });

  it('find nothing in a house that keeps to them', () => {
    const wronged = Object.keys(HOUSE).filter(file => brokenRules.has(file));
    expect(wronged).to.deep.equal([]);
  });
});

async function cruise(files: Readonly<Record<string, string>>): Promise<Cruise> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'import-rules-')));
  try {
    for (const [file, text] of Object.entries(files)) await writeBelow(dir, file, text);
    await linkPackages(dir, Object.keys(files));
    const config = path.join(PROJECT_DIR, '.dependency-cruiser.mjs');
    const depcruise = path.join(PROJECT_DIR, 'node_modules/.bin/depcruise');
    const args = [depcruise, '--config', config, '--output-type', 'json', '.'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: dir, maxBuffer: 2 ** 26 }).catch(
      // It ends with the number of violations, up to 255.
      error => error,
    );
    return JSON.parse(stdout);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function writeBelow(dir: string, file: string, text: string): Promise<void> {
  const target = path.join(dir, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}

/** As npm does for the workspaces. */
async function linkPackages(dir: string, files: readonly string[]): Promise<void> {
  await mkdir(path.join(dir, 'node_modules/@vigie'), { recursive: true });
  const folders = files.filter(file => file.endsWith('/package.json')).map(file => path.dirname(file));
  for (const folder of folders) {
    await symlink(path.join(dir, folder), path.join(dir, 'node_modules/@vigie', path.basename(folder)));
  }
  for (const name of ['tsyringe', 'reflect-metadata']) {
    await symlink(path.join(PROJECT_DIR, 'node_modules', name), path.join(dir, 'node_modules', name));
  }
}

function manifest(name: string, exports: Record<string, string>): string {
  return JSON.stringify({ name, version: '0.1.0', type: 'module', exports });
}
