import { documentedBlock } from './documented-blocks.ts';
import { onMesh } from './on-mesh.ts';
import { runScript } from './run.ts';

const OPERATIONS = 'docs/operations.md';
const EXAMPLES = 'docs/examples.md';
/** What the pages take for granted: the mesh of `npm start`, on its own ports. */
const DOCUMENTED_GATEWAY = 'localhost:8000';
const DOCUMENTED_NATS = 'nats://operator:operator@localhost:4222';

/**
 * Runs the commands for grpcurl, ghz and `nats` that the pages show, on a mesh, as they stand there. Those that end
 * with Ctrl-C are left out.
 *
 * @throws Error with what was said by the first that fails
 */
export async function runDocumentedCommands(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const blocks = [
    documentedBlock('sh', 'curl -s localhost:8000/v1/alerts', 'README.md'),
    documentedBlock('sh', 'grpcurl -plaintext'),
    documentedBlock('sh', 'nats sub', 'README.md'),
    documentedBlock('sh', 'grpc-1', EXAMPLES),
    documentedBlock('sh', 'nats-1', EXAMPLES),
    documentedBlock('sh', 'nats stream report', OPERATIONS),
    documentedBlock('sh', '"uid":"by-hand-1"', OPERATIONS),
    documentedBlock('sh', '--force-stdin', OPERATIONS),
    documentedBlock('sh', 'alerts.ndjson', OPERATIONS),
  ];
  await onMesh(async mesh => {
    const script = blocks
      .join('\n')
      .replaceAll(/^.*(until Ctrl-C|curl -sN).*$/gm, '')
      .replaceAll(DOCUMENTED_GATEWAY, new URL(mesh.url).host)
      .replaceAll(DOCUMENTED_NATS, mesh.addresses.natsUrls.operator);
    await runScript(script, { cwd: dir, env });
  });
}
