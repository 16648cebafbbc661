import { expect } from 'chai';
import { PUBLIC_METHODS } from '../../../api/public-api.ts';
import { HttpError } from '../http-error.ts';
import { httpBindings } from './http-binding.ts';
import { RouteTable } from './route-table.ts';

describe('RouteTable', () => {
  const routes = new RouteTable(PUBLIC_METHODS.flatMap(({ method }) => httpBindings(method)));
  const found = (verb: string, path: string): string => {
    try {
      return routes.find(verb, path).binding.method.name;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return `${error.status} ${error.headers.allow ?? ''}`;
    }
  };

  it('takes a verb at the end for no part of the id before it, whatever the method', () => {
    expect(found('POST', '/v1/apiKeys/AbC:revoke')).to.equal('RevokeApiKey');
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      expect(found(method, '/v1/apiKeys/AbC:revoke'), method).to.equal('405 POST');
    }
    expect(found('OPTIONS', '/v1/apiKeys/AbC')).to.equal('405 GET, HEAD');
  });

  it('takes a word of a route of its own for nobody’s id, whatever the method', () => {
    expect(found('GET', '/v1/users/me')).to.equal('GetCurrentUser');
    expect(found('PATCH', '/v1/users/me')).to.equal('405 GET, HEAD');
    expect(found('PATCH', '/v1/users/you')).to.equal('UpdateUser');
  });

  it('leaves colons to ids that may have them', () => {
    expect(found('GET', '/v1/alerts/camera:7')).to.equal('GetAlert');
    expect(found('DELETE', '/v1/alerts/a:watch')).to.equal('DeleteAlert');
    expect(found('GET', '/v1/alerts:watch')).to.equal('WatchAlerts');
  });
});
