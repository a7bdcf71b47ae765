import { connect } from 'node:net';
import { expect } from 'chai';
import { ApiFixture, BLUE, eventually } from '../../fakes/api-fixture.ts';

let api: ApiFixture;

function withApi(): void {
  afterEach(() => api.stop());
}

const next = async (lines: AsyncGenerator<unknown>) => (await lines.next()).value as unknown;

describe('HTTP API: watched lists', () => {
  withApi();

  it('sends the whole list at once and again after a change', async () => {
    api = await ApiFixture.start();
    const lines = api.lines('/v1/ports?watch=true');
    expect(await next(lines)).to.deep.equal([]);
    await api.ask('/v1/apply', { method: 'POST', body: BLUE });
    expect(await next(lines)).to.have.length(2);
    api.authority.attach('vm1', 'hv1', 5);
    expect(await next(lines)).to.have.nested.property('[0].status.phase', 'active');
    await lines.return(undefined);
    await eventually('the watcher is forgotten', () => api.authority.listeners === 0);
  });

  it('coalesces a burst of changes to few lists, the last one true', async () => {
    api = await ApiFixture.start({ watchIntervalMs: 50 });
    const lines = api.lines('/v1/nves?watch=true');
    await next(lines);
    const burst = 200;
    for (let index = 0; index < burst; index++) {
      api.authority.addNve(`hv${index}`, '192.0.2.1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    let lists = 0;
    for (let length = 0; length < burst; lists++) length = ((await next(lines)) as []).length;
    expect(lists).to.be.lessThan(20);
    await lines.return(undefined);
  });

  it('sends nothing when what changed is not in the list', async () => {
    api = await ApiFixture.start({ watchIntervalMs: 1 });
    await api.ask('/v1/apply', { method: 'POST', body: BLUE });
    const lines = api.lines('/v1/networks?watch=true');
    await next(lines);
    const second = next(lines);
    api.authority.addNve('hv1', '192.0.2.1');
    await new Promise((resolve) => setTimeout(resolve, 50));
    api.authority.attach('vm1', 'hv1', 5);
    expect(await second).to.have.nested.property('[0].status.active', 1);
    await lines.return(undefined);
  });
});

describe('HTTP API: followed events', () => {
  withApi();

  it('follows events: those kept first, then new ones', async () => {
    api = await ApiFixture.start();
    api.authority.addNve('hv1', '192.0.2.1');
    api.authority.addNve('hv2', '192.0.2.2');
    const lines = api.lines('/v1/events?follow=true&after=1');
    expect(await next(lines)).to.include({ id: 2, object: 'nve/hv2' });
    api.authority.emit('warning', 'test', 'nve/hv1', 'Something.');
    expect(await next(lines)).to.include({ id: 3, level: 'warning' });
    await lines.return(undefined);
    await eventually('the follower is forgotten', () => api.authority.listeners === 0);
  });
});

describe('HTTP API: slow and numerous readers of streams', () => {
  withApi();

  it('drops a follower that leaves too much unread', async () => {
    api = await ApiFixture.start({ backlogMaxBytes: 10_000, stallMaxMs: 60_000 });
    const socket = connect(api.socketPath);
    socket.write('GET /v1/events?follow=true HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();
    await eventually('it follows', () => api.authority.listeners === 1);
    const message = 'x'.repeat(10_000);
    await eventually('it is dropped', () => {
      api.authority.emit('info', 'test', 'nve/hv1', message);
      return api.authority.listeners === 0;
    });
    socket.destroy();
  });

  it('drops a watcher that takes nothing for too long', async () => {
    api = await ApiFixture.start({ stallMaxMs: 50, watchIntervalMs: 1 });
    for (let index = 0; index < 5000; index++) api.authority.addNve(`hv${index}`, '192.0.2.1');
    const socket = connect(api.socketPath);
    socket.write('GET /v1/nves?watch=true HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();
    await eventually('it watches', () => api.authority.listeners === 1);
    await eventually('it is dropped', () => api.authority.listeners === 0);
    socket.destroy();
  });

  it('refuses one stream more than the limit with 503, and serves the rest', async () => {
    api = await ApiFixture.start({ streamsMax: 1 });
    const lines = api.lines('/v1/ports?watch=true');
    await next(lines);
    for (const path of ['/v1/nves?watch=true', '/v1/events?follow=true', '/v1/wait']) {
      const { status, json } = await api.ask(path);
      expect(status, path).to.equal(503);
      expect(json).to.have.nested.property('error.code', 'too-many-streams');
    }
    expect((await api.ask('/v1/ports')).status).to.equal(200);
    await lines.return(undefined);
    await eventually('its place is free', () => api.authority.listeners === 0);
    expect((await api.ask('/v1/wait?timeout=0')).status).to.equal(200);
  });

  it('ends streams and waits when it closes, within its grace', async () => {
    api = await ApiFixture.start({ closeGraceMs: 200 });
    api.authority.addNve('hv1', '192.0.2.1', { confirmed: false });
    const lines = api.lines('/v1/ports?watch=true');
    await next(lines);
    const waiting = api.ask('/v1/wait?timeout=60').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begunMs = performance.now();
    await api.closeServer();
    expect(performance.now() - begunMs).to.be.lessThan(1000);
    expect((await lines.next()).done).to.equal(true);
    await waiting;
    api.authority.nves.clear();
  });
});
