import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { mailedToken, temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { newAlert, postJson } from './rest-client.ts';
import { DOCUMENTED_PATH, documentedProgram, documentedScript } from './testing/documented-script.ts';
import { runDocumented } from './testing/run-documented.ts';

const ACCESS = 'docs/access.md';
const OPERATIONS = 'docs/operations.md';
const EXAMPLES = 'docs/examples.md';
const LIMIT_MS = 100_000;

function has(...programs: string[]): boolean {
  return programs.every(program => spawnSync('which', [program], { env: { PATH: DOCUMENTED_PATH } }).status === 0);
}

describe('the lines of the docs, pasted as they are', () => {
  // As `npm start` lets strangers in.
  const mesh = useMesh({ env: { ANONYMOUS_SCOPES: 'alerts:write,alerts:read' } });
  const teardown = new AsyncDisposableStack();
  let dir: string;

  before(async () => {
    dir = teardown.use(await temporaryDir()).path;
  });
  after(() => teardown.disposeAsync());

  async function paste(page: string, heading: string, only = '', more: NodeJS.ProcessEnv = {}): Promise<string> {
    const script = await documentedScript(mesh(), page, heading, only);
    return runDocumented(script, dir, { XDG_CONFIG_HOME: dir, ...more });
  }

  /** Runs a program in the project's folder, where its packages are. @returns the lines that it prints */
  async function runProgram(heading: string): Promise<string[]> {
    const program = await documentedProgram(mesh(), EXAMPLES, heading);
    const options = { cwd: PROJECT_DIR, timeout: LIMIT_MS };
    const running = promisify(execFile)(process.execPath, ['--input-type=module-typescript'], options);
    running.child.stdin?.end(program);
    return (await running).stdout.trim().split('\n');
  }

  it('show the outcome of a first alert, and its picture', async () => {
    const shown = await paste('README.md', '## A first alert', 'first-1');
    expect(shown).to.match(/"uid":"first-1",.*"status":"PROCESSED"/);
    const picture = await readFile(path.join(dir, 'first-1.jpg'));
    expect(picture.subarray(0, 2).toString('hex')).to.equal('ffd8');
  });

  it('show an alert, lists and a picture over REST', async () => {
    expect(await paste('gateway/README.md', '## By hand'))
      .to.match(/"uid":"a1",.*"status":"PROCESSED"/)
      .and.contain('"replayed":1')
      .and.not.contain('"error"');
  });

  it('have the error in the REST reference that its request is answered with', async () => {
    const page = await readFile(path.join(PROJECT_DIR, 'docs/rest.md'), 'utf8');
    const [, documented = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
    const { json } = await postJson(`${mesh().url}/v1/alerts`, newAlert({ video: 'clip.mp4' }));
    expect(json).to.deep.equal(JSON.parse(documented));
  });

  it("show an alert's whole way in the logs", async () => {
    expect(await paste(OPERATIONS, '## Logs')).to.match(/"service":"ingest-svc".*"uid":"first-1"/);
  });

  it('show the outcome of an alert by gRPC', async () => {
    expect(await paste('README.md', '## A first alert', 'buf curl')).to.match(/"status": ?"PROCESSED"/);
  });

  it('show an alert and its outcome on the streams', async function () {
    if (!has('nats')) return this.skip();
    expect(await paste('README.md', '## A first alert', 'nats pub'))
      .to.match(/on "alerts\.received\.store-42"/)
      .and.match(/on "alerts\.processed\.store-42"/);
  });

  it('read, publish, replay, export, back up and restore streams', async function () {
    if (!has('nats', 'jq')) return this.skip();
    expect(await paste(OPERATIONS, '## The streams by hand'))
      .to.match(/Stream Report/)
      .and.match(/Stored in Stream: ALERTS/)
      .and.match(/\d+ alerts published again/)
      .and.match(/JetStream Summary/);
    const exported = await readFile(path.join(dir, 'alerts.ndjson'), 'utf8');
    for (const line of exported.trim().split('\n')) expect(JSON.parse(line)).to.include({ store: 'store-42' });
  });

  it('list, redrive and discard what is in quarantine', async () => {
    expect(await paste(OPERATIONS, '## Quarantine'))
      .to.contain('"quarantinedAlerts":')
      .and.not.contain('"error"');
  });

  it('read tables as a person who only reads', async function () {
    if (!has('psql')) return this.skip();
    expect(await paste(OPERATIONS, '## Postgres', 'vigie_read@'))
      .to.contain('PROCESSED')
      .and.contain('media.video.codec: codec of the best video stream');
  });

  it('send an alert and show its outcome over REST', async () => {
    expect(await paste(EXAMPLES, '## REST'))
      .to.match(/"uid":"rest-1",.*"status":"PROCESSED"/)
      .and.match(/"alerts":\[\{"uid"/);
  });

  it('send an alert and show its outcome over Connect', async () => {
    const shown = await paste(EXAMPLES, '## Connect');
    expect(shown.match(/"uid":"connect-1",.*?"status":"PROCESSED"/g)).to.length(2);
  });

  it('send an alert and show its outcome over gRPC-Web', async () => {
    expect(await runProgram('## gRPC-Web')).to.deep.equal(['true vp9']);
  });

  it('send alerts, watch and list them with the client', async () => {
    const said = await runProgram('## Node and browsers');
    expect(said.slice(0, 3)).to.deep.equal(['node-2', 'INVALID_FIELDS', 'PROCESSED h264']);
    expect(said.slice(3, -1)).to.have.members(['node-1', 'node-2']);
    expect(said.at(-1)).to.equal('NOT_FOUND');
  });

  it('make an admin, who logs in, looks at keys and logs out on the command line, or logs in over REST', async () => {
    const email = 'ada@example.com';
    const VIGIE_TOKEN = mesh().access.adminKey;
    expect(await paste(ACCESS, '## People', '"roles":["admin"]', { VIGIE_TOKEN })).to.contain(`"email":"${email}"`);
    const PASSWORD = 'correct horse battery';
    const body = { token: await mailedToken(mesh().dataDir, 'reset', email), newPassword: PASSWORD };
    await postJson(`${mesh().url}/v1/users:resetPassword`, body);
    expect(await paste(ACCESS, '### Logging in', '', { PASSWORD }))
      .to.match(/^logged in {2}ada@example\.com {2}admin\nemail +ada@example\.com$/m)
      .and.match(/^\w+ +admin \(ADMIN_KEY\) +admin /m)
      .and.match(/^logged out {2}http/m)
      .and.match(/"refreshToken":"vgr_/);
    expect(await paste(ACCESS, '## People', 'requestPasswordReset')).to.equal('{}\n');
  });

  it('send, list, get and show alerts on the command line', async function () {
    if (!has('jq')) return this.skip();
    expect(await paste(EXAMPLES, '## The command line'))
      .to.match(/^PROCESSED {2}cli-1$/m)
      .and.match(/store-44 {2}PROCESSED {2}cli-2/)
      .and.match(/^h264$/m);
    const picture = await readFile(path.join(dir, 'cli-1.jpg'));
    expect(picture.subarray(0, 2).toString('hex')).to.equal('ffd8');
  });
});
