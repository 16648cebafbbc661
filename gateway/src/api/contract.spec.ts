import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import { http } from '@vigie/proto/google/api/annotations_pb.ts';
import { api_visibility } from '@vigie/proto/google/api/visibility_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { expect } from 'chai';
import { PUBLIC_METHODS, publicServices } from './public-api.ts';

const PROTO_DIR = path.resolve(import.meta.dirname, '../../../proto');
const files = readdirSync(path.join(PROTO_DIR, 'vigie'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.proto'))
  .map(name => `vigie/${name}`);

describe('the contract', () => {
  for (const file of files) {
    it(`names the packages of other languages: ${file}`, () => {
      const text = readFileSync(path.join(PROTO_DIR, file), 'utf8');
      const name = path.dirname(file);
      const words = name.split('/');
      const option = (key: string) => new RegExp(`^option ${key} = "?([^";]*)`, 'm').exec(text)?.[1];
      expect(option('go_package')).to.equal(name);
      expect(option('java_package')).to.equal(words.join('.'));
      expect(option('java_multiple_files')).to.equal('true');
      expect(option('csharp_namespace')).to.equal(
        words.map(word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('.'),
      );
    });
  }

  it('is a package that exports every file of ours by name, and nothing by pattern', () => {
    const { exports } = JSON.parse(readFileSync(path.join(PROTO_DIR, 'package.json'), 'utf8'));
    expect(Object.keys(exports)).to.include.members(files.map(file => `./${file.replace('.proto', '_pb.ts')}`));
    for (const [name, target] of Object.entries(exports)) expect(target).to.equal(name.replace('./', './gen/'));
    expect(JSON.stringify(exports)).not.to.contain('*');
  });

  it('is a page for people, docs/rest.md, with every route', () => {
    const page = readFileSync(path.resolve(PROTO_DIR, '../docs/rest.md'), 'utf8');
    const routes = PUBLIC_METHODS.filter(({ method }) => hasOption(method, http)).flatMap(({ method }) => {
      const rule = getOption(method, http);
      return [rule, ...rule.additionalBindings].map(({ pattern }) => `${pattern.case?.toUpperCase()} ${pattern.value}`);
    });
    expect(routes.length).to.be.greaterThan(10);
    expect(routes.filter(route => !page.includes(`\`${route}\``))).to.deep.equal([]);
  });

  it('makes no service public that is marked as internal, and leaves no other one out', () => {
    const isInternal = (service: DescService) =>
      hasOption(service, api_visibility) && getOption(service, api_visibility).restriction === 'INTERNAL';
    expect(isInternal(OutcomeService)).to.equal(true);
    expect(publicServices().filter(isInternal)).to.deep.equal([]);
    const serviceFiles = files.filter(file => file.endsWith('_service.proto') && !file.startsWith('vigie/internal/'));
    expect(publicServices().map(({ file }) => `${file.name}.proto`)).to.have.members(serviceFiles);
    expect(publicServices('ingest')).to.deep.equal([AlertService]);
  });
});
