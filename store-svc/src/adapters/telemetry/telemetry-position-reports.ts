import type { Logger } from '@vigie/service-kit/telemetry';
import type { AlertStreamState, KnownPositions, StreamVerdict } from '../../domain/judge-stream.ts';
import type { PositionReports } from '../../ports/position-reports.ts';

/** Reports by readiness and log lines. */
export class TelemetryPositionReports implements PositionReports {
  readonly #logger: Logger;
  #verdict: StreamVerdict | undefined;
  /** Why the stream takes no alerts, or must not. */
  problem: string | undefined = 'not compared with the rows yet';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  judged(verdict: StreamVerdict, known: KnownPositions, state: AlertStreamState): void {
    this.problem = describe(verdict, known, state);
    if (verdict !== this.#verdict && (verdict === 'REPLACED' || verdict === 'BEHIND')) {
      this.#logger.error({ known, state }, this.problem);
    }
    this.#verdict = verdict;
  }

  moved(sequence: number, rescued: number): void {
    this.#logger.warn({ sequence, rescued }, 'ALERTS goes on after the positions in the rows');
  }
}

function describe(verdict: StreamVerdict, known: KnownPositions, state: AlertStreamState): string | undefined {
  switch (verdict) {
    case 'CURRENT':
      return undefined;
    case 'UNNAMED':
    case 'CLOSED':
      return 'ALERTS is not open for alerts yet';
    case 'REPLACED':
      return 'ALERTS was lost and created again: it is moved after the positions in the rows';
    case 'BEHIND':
      return (
        `ALERTS has come to ${state.lastSequence}, and the rows to ${known.last}: it was lost or restored, and is ` +
        'moved after the positions in the rows'
      );
  }
}
