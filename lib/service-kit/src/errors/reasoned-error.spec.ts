import { expect } from 'chai';
import { ReasonedError } from './reasoned-error.ts';

class QueueError extends ReasonedError<'FULL' | 'AWAY'> {
  override readonly name = 'QueueError';
}

describe('ReasonedError', () => {
  it('is an error of its own type, with its reason and its cause', () => {
    const cause = new Error('no space left');
    const error = new QueueError('FULL', 'The queue takes no more.', { cause });
    expect(error).to.be.instanceOf(QueueError).and.instanceOf(Error);
    expect(error).to.include({ name: 'QueueError', reason: 'FULL', message: 'The queue takes no more.', cause });
    expect(String(error.stack)).to.match(/^(Queue)?Error: The queue takes no more\./);
  });
});
