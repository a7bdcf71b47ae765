// A controller: takes switches on a port, gives each a flow, prints what they say.
//   node --import tsx openflow-controller.ts 6653
//   ovs-vsctl set-controller br0 tcp:127.0.0.1:6653
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import type { OpenFlowEvent } from '../../protocols/openflow/session/events.ts';
import { OpenFlowSession } from '../../protocols/openflow/session/session.ts';
import { parseFlowModLine } from '../../protocols/openflow/text/parse/flow-parse.ts';

const say = (what: unknown): boolean => process.stdout.write(`${inspect(what)}\n`);

function serve(socket: Socket): void {
  const session = new OpenFlowSession(performance.now());
  let timer: NodeJS.Timeout | undefined;
  // After each call of the session: its bytes to the socket, its events to us, its deadline to a timer.
  const carryOn = (): void => {
    for (const event of session.takeEvents()) take(event);
    for (const bytes of session.takeOutput()) socket.write(bytes);
    clearTimeout(timer);
    const deadline = session.deadline();
    if (deadline === undefined) socket.end();
    else timer = setTimeout(tick, deadline - performance.now());
  };
  const tick = (): void => {
    session.tick(performance.now());
    carryOn();
  };
  const take = (event: OpenFlowEvent): void => {
    say(event);
    if (event.type !== 'ready') return;
    const flow = parseFlowModLine('priority=9,ip,nw_dst=10.0.0.2,actions=output:2', event.version);
    if (!flow.ok) throw new Error(flow.error);
    session.sendBatch([flow.value], 5_000, performance.now());
    const request = { type: 'multipart_request', request: { kind: 'aggregate' } } as const;
    session.request(request, 5_000, performance.now());
  };
  socket.on('data', (chunk) => {
    session.receive(chunk, performance.now());
    carryOn();
  });
  socket.on('close', () => clearTimeout(timer));
  socket.on('error', say);
  carryOn();
}

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1', () => say('listening'));
