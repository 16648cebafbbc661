import { describeAlertStore } from '../testing/alert-store.contract.ts';
import { FakeAlertStore } from './alert-store.fake.ts';

describe('FakeAlertStore', () => {
  describeAlertStore(async () => new FakeAlertStore());
});
