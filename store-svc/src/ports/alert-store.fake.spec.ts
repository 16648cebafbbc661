import { describeAlertStores } from '../testing/alert-store.contract.ts';
import { FakeAlertStores } from './alert-store.fake.ts';

describe('FakeAlertStores', () => {
  describeAlertStores(async () => new FakeAlertStores());
});
