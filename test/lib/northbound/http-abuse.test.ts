import { connect } from 'node:net';
import { expect } from 'chai';
import { startHttpServer } from '../../../lib/northbound/http-server.ts';
import { ApiFixture, eventually, logInto } from '../../fakes/api-fixture.ts';

/** Sends `text` raw and gives what came back until the end of the connection. */
function raw(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(path, () => socket.write(text));
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(got));
  });
}

describe('HTTP API: clients that misbehave', () => {
  let api: ApiFixture;

  afterEach(() => api.stop());

  const tenMegabytes = Buffer.alloc(10_000_000, 0x20);

  it('refuses 10 MB with 413 and one sentence that the sender can read', async () => {
    api = await ApiFixture.start();
    const { status, json } = await api.ask('/v1/apply', { method: 'POST', body: tenMegabytes });
    expect(status).to.equal(413);
    expect(json).to.have.nested.property('error.code', 'too-large');
  });

  it('refuses 10 MB without a declared length too, holding no more than the limit', async () => {
    api = await ApiFixture.start();
    const headers = { 'transfer-encoding': 'chunked' };
    const { status } = await api.ask('/v1/apply', { method: 'POST', body: tenMegabytes, headers });
    expect(status).to.equal(413);
  });

  it('refuses 10 MB over TCP, where a connection closed too early would lose the answer', async () => {
    api = await ApiFixture.start();
    const server = await startHttpServer({
      authority: api.authority,
      listen: { host: '127.0.0.1', port: 0 },
      version: '0.1.0',
      log: logInto([]),
    });
    const socket = connect(Number(server.address.split(':').at(-1)), '127.0.0.1');
    let got = '';
    socket.pause();
    socket.on('data', (chunk) => {
      got += String(chunk);
    });
    const closed = new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', () => resolve('closed'));
    });
    socket.write(
      'POST /v1/apply HTTP/1.1\r\nhost: a\r\nconnection: close\r\n' +
        'content-type: text/yaml\r\ncontent-length: 10000000\r\n\r\n',
    );
    // Reads the answer only when it has sent everything, as many clients do.
    for (let sent = 0; sent < 10; sent++) {
      socket.write(tenMegabytes.subarray(0, 1_000_000));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.resume();
    const end = await closed;
    await server.close();
    expect(end).to.equal('closed');
    expect(got).to.match(/^HTTP\/1\.1 413 /);
  });

  it('disconnects a client whose body does not arrive in time', async () => {
    api = await ApiFixture.start({ requestTimeoutMs: 100, headersTimeoutMs: 100 });
    const head =
      'POST /v1/apply HTTP/1.1\r\nhost: a\r\ncontent-type: text/yaml\r\ncontent-length: 9\r\n\r\nk';
    expect(await raw(api.socketPath, head)).to.match(/^HTTP\/1\.1 408 /);
  });

  it('disconnects a client that says nothing', async () => {
    api = await ApiFixture.start({ idleTimeoutMs: 100 });
    expect(await raw(api.socketPath, '')).to.equal('');
  });

  it('refuses headers above the limit with 431', async () => {
    api = await ApiFixture.start();
    const text = `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    const answer = await raw(api.socketPath, text);
    expect(answer).to.match(/^HTTP\/1\.1 431 /);
    expect(answer).to.contain('"code":"headers-too-large"');
  });

  it('answers what is not HTTP with 400 in the same shape', async () => {
    api = await ApiFixture.start();
    const answer = await raw(api.socketPath, '\u0000\u0001\u0002 nonsense\r\n\r\n');
    expect(answer).to.match(/^HTTP\/1\.1 400 [\s\S]*"code":"bad-request"/);
  });

  it('closes connections above the limit and goes on serving the others', async () => {
    api = await ApiFixture.start({ connectionsMax: 2 });
    const held = [connect(api.socketPath), connect(api.socketPath)];
    await Promise.all(
      held.map((socket) => new Promise((resolve) => socket.on('connect', resolve))),
    );
    // Accepted in order, so that the third is above the limit.
    const third = await api.ask('/healthz').catch((error: Error) => error.message);
    expect(third).to.match(/hang up|ECONNRESET/);
    for (const socket of held) socket.destroy();
    await eventually('the warning is logged', () => api.logged.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await api.ask('/healthz')).status).to.equal(200);
    expect(api.logged).to.deep.equal(['too many API connections; new ones are closed']);
  });
});
