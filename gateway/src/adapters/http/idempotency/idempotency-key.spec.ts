import type { IncomingMessage } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { readIdempotencyKey } from './idempotency-key.ts';

/** As Node joins several of a header. */
function request(method: string, ...fields: string[]): IncomingMessage {
  const rawHeaders = fields.flatMap(field => ['Idempotency-Key', field]);
  const headers = fields.length === 0 ? {} : { 'idempotency-key': fields.join(', ') };
  return { method, headers, rawHeaders } as unknown as IncomingMessage;
}

const keyOf = (field: string) => readIdempotencyKey(request('POST', field));

describe('the header Idempotency-Key', () => {
  for (const [field, key] of [
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['KG5LxwFBepaKHyUD', 'KG5LxwFBepaKHyUD'],
    ['Zm9v+/=', 'Zm9v+/='],
    ['  "a"  ', 'a'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['"a,b;c"', 'a,b;c'],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ] as const) {
    it(`is read, quoted or not: ${field.slice(0, 40)}`, () => {
      expect(keyOf(field)).to.equal(key);
    });
  }

  for (const field of [
    '',
    '""',
    '"a',
    'a"',
    'a b',
    '"a b"',
    'a, b',
    'a;b',
    '"a"; b',
    'clé',
    '"cl\u00e9"',
    '\t"\u0001"',
    String.raw`"a\b"`,
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
  ]) {
    it(`is refused with what would be right: ${JSON.stringify(field).slice(0, 40)}`, () => {
      expectMalformed(() => keyOf(field));
    });
  }

  it('is refused if there are several, equal ones too', () => {
    expectMalformed(() => readIdempotencyKey(request('POST', 'a', 'a')));
    expectMalformed(() => readIdempotencyKey(request('POST', '"a"', '"b"')));
  });

  it('has no meaning but for POST, and need not be there', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE']) {
      expect(readIdempotencyKey(request(method, 'a b', 'a'))).to.equal(undefined);
    }
    expect(readIdempotencyKey(request('POST'))).to.equal(undefined);
  });

  it('may be any visible ASCII', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,255}$/), key => {
        expect(keyOf(`"${key.replace(/["\\]/g, '\\$&')}"`)).to.equal(key);
        if (!/[",;\\]/.test(key)) expect(keyOf(key)).to.equal(key);
      }),
    );
  });
});

function expectMalformed(read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    expect(error.code).to.equal(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('MALFORMED_IDEMPOTENCY_KEY');
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal('Idempotency-Key');
    expect(error.rawMessage).to.contain('Idempotency-Key').and.contain('1-255 visible ASCII');
    return;
  }
  expect.fail('it was taken');
}
