import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../../scripts/lab/waiting.ts';
import { type DummyBridge, startDummyBridge } from '../protocols/openflow/dummy-bridge.ts';
import { freePort } from '../support/free-port.ts';

const PROGRAM = fileURLToPath(new URL('./openflow-controller.ts', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../docs/openflow.md', import.meta.url));

describe("the OpenFlow library's example", () => {
  let bridge: DummyBridge | undefined;
  let program: ChildProcess | undefined;

  after(async () => {
    program?.kill();
    await bridge?.stop();
  });

  it('stands in docs/openflow.md as it is here', () => {
    expect(readFileSync(DOCUMENT, 'utf8')).to.include(readFileSync(PROGRAM, 'utf8').trimEnd());
  });

  it('gives a real bridge its flow', async () => {
    const port = await freePort();
    bridge = await startDummyBridge();
    let said = '';
    program = spawn(process.execPath, ['--import', 'tsx', PROGRAM, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    program.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const says = (text: string) =>
      until(`it says ${text}`, () => said.includes(text), { deadlineMs: 15_000 });
    await says('listening');
    await bridge.vsctl('set-controller', 'br0', `tcp:127.0.0.1:${port}`);
    await says("type: 'batch', batch: 1, errors: []");
    await says("kind: 'aggregate'");
    const flows = await bridge.ofctl('OpenFlow13', 'dump-flows');
    expect(flows).to.include('priority=9,ip,nw_dst=10.0.0.2 actions=output:2');
  }).timeout(40_000);
});
