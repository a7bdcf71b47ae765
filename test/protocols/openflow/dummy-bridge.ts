/**
 * A real ovs-vswitchd with a dummy datapath for one test file: no privileges, its own processes, sockets and folder.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const BRIDGE = 'br0';

export interface DummyBridge {
  /** The socket on which the bridge takes OpenFlow connections. */
  readonly socket: string;
  /** `ovs-ofctl -O VERSION COMMAND SOCKET ARGS…`; answers what it prints. */
  ofctl(version: string, command: string, ...args: string[]): Promise<string>;
  vsctl(...args: string[]): Promise<string>;
  /** Asks the switch's process: `netdev-dummy/receive p1 FRAME` has a frame come in. */
  appctl(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startDummyBridge(): Promise<DummyBridge> {
  const folder = await mkdtemp(join(tmpdir(), 'nva-of-'));
  const environment = { ...process.env, OVS_RUNDIR: folder, OVS_LOGDIR: folder };
  const database = `unix:${folder}/db.sock`;
  const vsctl = async (...args: string[]) =>
    (await run('ovs-vsctl', ['--timeout=10', `--db=${database}`, ...args], { env: environment }))
      .stdout;
  const stop = () => stopAll(folder);
  try {
    await run('ovsdb-tool', ['create', `${folder}/conf.db`, SCHEMA]);
    await run('ovsdb-server', serverArguments(folder), { env: environment });
    await vsctl('--no-wait', 'init');
    await run('ovs-vswitchd', switchArguments(folder, database), { env: environment });
    await vsctl(
      ...['add-br', BRIDGE, '--', 'set', 'bridge', BRIDGE, 'datapath_type=dummy'],
      'fail_mode=secure',
      'protocols=OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15',
      'other_config:datapath-id=00000000000000ab',
    );
    await vsctl(
      'add-port',
      BRIDGE,
      'p1',
      '--',
      'set',
      'interface',
      'p1',
      'type=dummy',
      'ofport_request=1',
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const socket = `${folder}/${BRIDGE}.mgmt`;
  return {
    socket,
    vsctl,
    async appctl(...args) {
      return (await run('ovs-appctl', ['-t', `${folder}/vs.ctl`, ...args])).stdout;
    },
    stop,
    async ofctl(version, command, ...args) {
      const words = ['--no-names', '-O', version, command, `unix:${socket}`, ...args];
      return (await run('ovs-ofctl', words, { env: environment, maxBuffer: 1 << 26 })).stdout;
    },
  };
}

function serverArguments(folder: string): string[] {
  return [
    `${folder}/conf.db`,
    `--remote=punix:${folder}/db.sock`,
    `--unixctl=${folder}/ovsdb.ctl`,
    `--pidfile=${folder}/ovsdb.pid`,
    `--log-file=${folder}/ovsdb.log`,
    '--detach',
    '-vconsole:off',
  ];
}

function switchArguments(folder: string, database: string): string[] {
  return [
    database,
    '--enable-dummy',
    '--disable-system',
    '--disable-system-route',
    `--unixctl=${folder}/vs.ctl`,
    `--pidfile=${folder}/vs.pid`,
    `--log-file=${folder}/vs.log`,
    '--detach',
    '-vconsole:off',
  ];
}

/** Ends the two processes that the pid files name, and only them. */
async function stopAll(folder: string): Promise<void> {
  for (const name of ['vs.pid', 'ovsdb.pid']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    const pid = Number.parseInt(text, 10);
    if (pid > 0) await endProcess(pid);
  }
  await rm(folder, { recursive: true, force: true });
}

async function endProcess(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    for (let turn = 0; turn < 100; turn++) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** `ovs-ofctl --no-names ofp-print -`: one text for each message in hexadecimal. Judged one by one, in few processes. */
export async function printMessages(messages: readonly Uint8Array[]): Promise<string[]> {
  const script = messages
    .map(
      (message) =>
        `ovs-ofctl --no-names ofp-print ${Buffer.from(message).toString('hex')} 2>&1; echo @@@`,
    )
    .join('\n');
  const shell = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  shell.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  shell.stdin.end(script);
  await once(shell, 'close');
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('@@@\n')
    .slice(0, -1)
    .map((text) => text.trim());
}
