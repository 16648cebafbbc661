import { expect } from 'chai';
import { EnvReader, InvalidEnvironmentError } from './env-reader.ts';

describe('EnvReader', () => {
  it('reads what is set and falls back for the rest', () => {
    const env = new EnvReader({ PORT: '8000', HOST: ' ', ORIGIN: 'http://videos:8080/', HOSTS: 'a, b,' });
    expect(
      env.finish({
        port: env.port('PORT'),
        host: env.string('HOST', '0.0.0.0'),
        origin: env.url('ORIGIN', ['http']),
        address: env.address('ADDRESS', 'store:50053'),
        level: env.oneOf('LEVEL', ['info', 'warn'], 'info'),
        names: env.checked('NAMES', () => undefined, 'a,b'),
        hosts: env.list('HOSTS'),
        noHosts: env.list('NO_HOSTS'),
      }),
    ).to.deep.equal({
      port: 8000,
      host: '0.0.0.0',
      origin: 'http://videos:8080',
      address: 'store:50053',
      level: 'info',
      names: 'a,b',
      hosts: ['a', 'b'],
      noHosts: [],
    });
  });

  it('takes what belongs together only together, and names what is missing', () => {
    const files = (env: NodeJS.ProcessEnv) => {
      const reader = new EnvReader(env);
      return reader.finish({ files: reader.together('CERT', 'KEY', 'CA') }).files;
    };
    expect(files({ CERT: 'a', KEY: 'b', CA: 'c' })).to.deep.equal({ CERT: 'a', KEY: 'b', CA: 'c' });
    expect(files({ CERT: ' ' })).to.equal(undefined);
    expect(() => files({ CERT: 'a', CA: 'c' })).to.throw(/^KEY is required with CERT and CA$/);
    expect(() => files({ KEY: 'b' })).to.throw(/^CERT is required with KEY; CA is required with KEY$/);
  });

  it('says where a bound comes from that another variable decides', () => {
    const env = new EnvReader({ PAUSE_MS: '501' });
    const config = { pauseMs: env.integer('PAUSE_MS', 0, { min: 0, max: 500, maxIs: 'half of GRACE_MS' }) };
    expect(() => env.finish(config)).to.throw(
      'PAUSE_MS is wrong: it must be a whole number from 0 to 500, which is half of GRACE_MS',
    );
  });

  it('names every variable that is missing or wrong, and never shows a value', () => {
    const env = new EnvReader({
      PORT: '80O0',
      DATABASE_URL: 'hunter2',
      LEVEL: 'loud',
      ADDRESS: 'store',
      NAMES: 'a,,b',
    });
    const config = {
      port: env.port('PORT'),
      url: env.url('DATABASE_URL', ['postgresql']),
      level: env.oneOf('LEVEL', ['info']),
      address: env.address('ADDRESS'),
      names: env.checked('NAMES', names => {
        if (names.includes(',,')) throw new Error('must not have an empty name');
      }),
      name: env.string('NAME'),
    };
    expect(() => env.finish(config))
      .to.throw(InvalidEnvironmentError)
      .with.property('message')
      .match(
        /PORT is wrong.*DATABASE_URL is wrong.*LEVEL is wrong.*ADDRESS is wrong.*NAMES is wrong: it must not have an empty name.*NAME is required/,
      )
      .not.match(/hunter2/);
  });
});
