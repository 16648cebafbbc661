import { expect } from 'chai';
import { SERVICES } from './declared-services.ts';
import { stopOrder } from './stop-order.ts';

const service = (name: string, ...called: string[]) => ({
  name,
  healthPort: 1,
  dependsOn: Object.fromEntries(called.map(other => [`${other}_ADDRESS`, other])),
  replicas: 'many' as const,
  image: { memoryMib: 1 },
});

describe('stopOrder', () => {
  it('ends a service before those that it calls', () => {
    const order = stopOrder([service('a', 'b', 'c'), service('b', 'c', 'nats'), service('c'), service('d')]);
    expect(order).to.deep.equal([['a', 'd'], ['b'], ['c']]);
  });

  it('names the services that call each other', () => {
    expect(() => stopOrder([service('a', 'b'), service('b', 'c'), service('c', 'b')])).to.throw(/another: b, c\.$/);
  });

  it('ends the gateway first, and last access-svc, which all others ask', () => {
    const order = stopOrder(SERVICES);
    expect(order.at(0)).to.include('gateway');
    expect(order.at(-1)).to.deep.equal(['access-svc']);
  });
});
