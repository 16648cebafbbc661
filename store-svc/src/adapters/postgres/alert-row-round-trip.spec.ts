import { isSameContent, parseAlert } from '@vigie/alert';
import { GENERATED_ALERTS, GENERATED_ALERTS_SEED, generateAlerts } from '@vigie/dev-env/testing';
import { fromTimestampText, jsonLiteral } from '@vigie/postgres/values';
import { expect } from 'chai';
import { receivedAlert } from '../../testing/sample-alerts.ts';
import { toAlert, toReceivedRow } from './alert-row-mapping.ts';

describe('rows of generated alerts', () => {
  it('say what was sent', function () {
    this.timeout(0);
    for (const sent of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
      const alert = parseAlert(sent, 'default');
      const arrival = { received: { ...receivedAlert('a'), alert }, sequence: 1, isReplay: false };
      // As the statement has it, and as Postgres reads it.
      const [, literal = ''] = /^'(.*)'$/s.exec(jsonLiteral([toReceivedRow(arrival)]).sql) ?? [];
      const [row] = JSON.parse(literal.replaceAll("''", "'")) as [ReturnType<typeof toReceivedRow>];
      const micros = fromTimestampText(row.alertTimestampMicros.replace('T', ' ').replace('Z', '+00'));
      const read = toAlert({ ...row, alertTimestampMicros: micros });
      const isSame = read.uid === sent.uid && read.timestampMicros === alert.timestampMicros;
      if (!isSame || !isSameContent(read, alert)) expect(read).to.deep.equal(alert);
    }
  });
});
