import { expect } from 'chai';
import { bindAdapters } from './bind-adapters.ts';
import { bindParts } from './bind-parts.ts';

interface Ports {
  readonly alerts: { readonly over: string };
  readonly outcomes: { readonly over: string };
}

describe('bindAdapters', () => {
  const fake = { over: 'nothing' };
  let opened: number;

  beforeEach(() => {
    opened = 0;
  });

  async function bind(overrides: Partial<Ports>): Promise<Ports> {
    const open = async () => `connection ${++opened}`;
    const adapters = { alerts: (over: string) => ({ over }), outcomes: (over: string) => ({ over }) };
    return bindParts<Ports>(await bindAdapters(open, adapters, overrides), overrides);
  }

  it('opens one connection for all adapters', async () => {
    const { alerts, outcomes } = await bind({});
    expect([alerts.over, outcomes.over]).to.deep.equal(['connection 1', 'connection 1']);
    expect(opened).to.equal(1);
  });

  it('opens it if one port is not overridden', async () => {
    const { alerts, outcomes } = await bind({ alerts: fake });
    expect([alerts.over, outcomes.over]).to.deep.equal(['nothing', 'connection 1']);
  });

  it('opens none if all ports are overridden', async () => {
    const { alerts, outcomes } = await bind({ alerts: fake, outcomes: fake });
    expect([alerts.over, outcomes.over]).to.deep.equal(['nothing', 'nothing']);
    expect(opened).to.equal(0);
  });
});
