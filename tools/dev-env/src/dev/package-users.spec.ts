import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { SERVICE_NAMES } from '../services/declared-services.ts';
import { PackageUsers } from './package-users.ts';

describe('PackageUsers', () => {
  const packages = new PackageUsers(PROJECT_DIR);

  const cases: [file: string, users: readonly string[]][] = [
    ['ingest-svc/src/main.ts', ['ingest-svc']],
    ['native/ts/probe.ts', ['probe-svc']],
    ['lib/service-kit/src/async/index.ts', SERVICE_NAMES],
  ];
  for (const [file, users] of cases) {
    it(`knows that ${users.join(', ')} run ${file}`, () => {
      const found = packages.usersOf(packages.folderOf(file) as string);
      expect(SERVICE_NAMES.filter(name => found.has(name))).to.deep.equal(users);
    });
  }

  it('knows no workspace of a file outside of all', () => {
    expect(packages.folderOf('docs/architecture.md')).to.equal(undefined);
  });
});
