import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { expect } from 'chai';
import { HttpRuleError, httpBindings } from './http-binding.ts';
import { PathTemplateError } from './path-template.ts';
import { libraryMethod, methodWithRule } from './testing/library-service.ts';

describe('httpBindings', () => {
  it('reads method, path, body and success status', () => {
    const [binding, ...others] = httpBindings(AlertService.method.createAlert);
    expect(others).to.deep.equal([]);
    expect(binding).to.include({ httpMethod: 'POST', successStatus: 202, responseField: undefined });
    expect(binding?.template.source).to.equal('/v1/alerts');
    expect(binding?.body).to.deep.include({ kind: 'field' });
  });

  it('reads additional bindings and methods of other names', () => {
    const routes = httpBindings(libraryMethod('Find')).map(
      ({ httpMethod, template }) => `${httpMethod} ${template.source}`,
    );
    expect(routes).to.deep.equal([
      'GET /v1/{name=shelves/*}/books',
      'POST /v1/books:find',
      'PUT /v1/books/{shelf.name}',
      'PATCH /v1/books/{name}',
      'SEARCH /v1/books',
    ]);
  });

  it('finds none where there is no annotation', () => {
    expect(httpBindings(OutcomeService.method.recordOutcomes)).to.deep.equal([]);
    expect(httpBindings(AlertService.method.streamAlerts)).to.deep.equal([]);
  });

  it('refuses a rule that makes no sense, at the start and not at the first request', () => {
    const get = (value: string) => ({ case: 'get' as const, value });
    expect(() => httpBindings(methodWithRule({}))).to.throw(HttpRuleError, 'names no path');
    expect(() => httpBindings(methodWithRule({ pattern: get('/v1/{nix}') }))).to.throw(HttpRuleError, 'nix');
    expect(() => httpBindings(methodWithRule({ pattern: get('/v1'), body: 'nix' }))).to.throw(HttpRuleError, 'nix');
    expect(() => httpBindings(methodWithRule({ pattern: get('/v1'), responseBody: 'nix' }))).to.throw(
      HttpRuleError,
      'nix',
    );
    expect(() => httpBindings(methodWithRule({ pattern: get('v1') }))).to.throw(PathTemplateError);
    const streaming = { ...methodWithRule({ pattern: get('/v1') }), methodKind: 'bidi_streaming' as const };
    expect(() => httpBindings(streaming)).to.throw(HttpRuleError, 'not a stream');
  });
});
