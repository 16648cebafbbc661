import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { SERVICES } from '../services/declared-services.ts';
import { findOutdated } from './declared-files.ts';

describe('the files that are made from the declarations of the services', () => {
  it('are up to date (if not, run: npm run declare)', async () => {
    const outdated = await findOutdated(PROJECT_DIR, SERVICES);
    expect(outdated.map(({ file }) => file)).to.deep.equal([]);
  });
});
