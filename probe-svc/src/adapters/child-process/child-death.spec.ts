import { expect } from 'chai';
import { type ChildDeath, isCrash } from './child-death.ts';

const endedBy = (death: Partial<ChildDeath>): ChildDeath => ({ exitCode: null, signal: null, stderr: '', ...death });

describe('isCrash', () => {
  for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL'] as const) {
    it(`blames what was read for ${signal}`, () => {
      expect(isCrash(endedBy({ signal }))).to.equal(true);
    });
  }

  const others: Record<string, ChildDeath> = {
    'SIGKILL, as the OOM killer sends it': endedBy({ signal: 'SIGKILL' }),
    SIGTERM: endedBy({ signal: 'SIGTERM' }),
    'SIGXCPU, of a limit': endedBy({ signal: 'SIGXCPU' }),
    'an exit code': endedBy({ exitCode: 134 }),
    'a pipe that broke': endedBy({ error: new Error('write EPIPE') }),
    'an abort of V8 without memory': endedBy({
      signal: 'SIGABRT',
      stderr: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    }),
    'an abort of C++ without memory': endedBy({
      signal: 'SIGABRT',
      stderr: "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
    }),
  };
  for (const [name, death] of Object.entries(others)) {
    it(`blames nothing for ${name}`, () => {
      expect(isCrash(death)).to.equal(false);
    });
  }
});
