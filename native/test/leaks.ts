// `npm run leaks -- 20`: so many rounds of all that a probe may meet, under AddressSanitizer, UBSan and LeakSanitizer.

import { stressSanitizedAddon } from './run-sanitized.ts';

const rounds = process.argv[2] ?? '5';
const { exitCode, signal, report } = stressSanitizedAddon(rounds);
process.stdout.write(exitCode === 0 ? `${rounds} rounds: no leak, no bad access\n` : `${report}\n${signal ?? ''}\n`);
process.exitCode = exitCode ?? 1;
