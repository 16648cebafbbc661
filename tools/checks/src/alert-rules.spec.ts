import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createMetrics } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { parse } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const RULES = 'docker/alert-rules.yml';
const METRIC = /\b(?:vigie|jetstream|grpc|nodejs|process)_[a-z_]+/g;
/** What Prometheus makes of a histogram's name. */
const SUFFIX = /_(?:bucket|count|sum)$/;

describe(RULES, () => {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] };
  const rules = groups.flatMap(group => group.rules);
  const sources = execFileSync('git', ['grep', '-hE', "name: '[a-z_]+'", '--', '*-svc/**', 'gateway', 'lib'], {
    encoding: 'utf8',
  });
  const ofServices = [...sources.matchAll(/name: '([a-z_]+)'/g)].map(([, name]) => name);
  const ofEveryProcess = createMetrics('spec')
    .getMetricsAsArray()
    .map(({ name }) => name);

  for (const { alert, expr, labels, annotations } of rules) {
    it(`${alert} asks for metrics that there are, and says what is wrong and what to do`, () => {
      const asked = [...expr.matchAll(METRIC)].map(([name]) => name.replace(SUFFIX, ''));
      expect(asked).to.not.deep.equal([]);
      expect([...ofServices, ...ofEveryProcess]).to.include.members(asked);
      expect(labels.severity).to.be.oneOf(['warning', 'critical']);
      expect(annotations.summary).to.match(/\.$/);
      expect(annotations.description).to.match(/\.$/);
    });
  }
});
