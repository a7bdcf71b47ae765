/**
 * The lab's own Redis, Sentinels, cuts and wrong clocks: that a test which trusts them trusts something.
 */
import { expect } from 'chai';
import { run } from '../../scripts/lab/command.ts';
import { projectFile } from '../../scripts/lab/controller.ts';
import { endLab, Lab } from '../../scripts/lab/lab.ts';
import { markOf } from '../../scripts/lab/state-file.ts';
import { pidsInNamespaces } from '../../scripts/lab/sweep.ts';
import { until } from '../../scripts/lab/waiting.ts';

const PREFIX = 'nvlr';

let lab: Lab;

describe('the lab with Redis', () => {
  before(async () => {
    await endLab(PREFIX);
    lab = await Lab.open({ prefix: PREFIX, hypervisors: 1 });
  });

  after(() => lab?.close());

  it('keeps what was written over kill -9, or loses it, as it is told', async () => {
    const redis = await lab.startRedis({ persistence: 'aof' });
    await redis.cli('SET', 'key', 'kept');
    await redis.kill();
    await redis.start();
    expect(await redis.cli('GET', 'key')).to.equal('kept');
    await redis.kill();
    redis.dropData();
    await redis.start();
    expect(await redis.cli('EXISTS', 'key')).to.equal('0');
    await redis.stop();
    expect(pidsInNamespaces([redis.namespace])).to.deep.equal([]);
  });

  it('cuts two machines off from each other without a word, and no third one', async () => {
    const redis = await lab.startRedis();
    const hypervisor = lab.hv(1);
    const ping = (ip: string, seconds = 2) => {
      const words = `ping -n -c 1 -W ${seconds} ${ip} >/dev/null && echo yes || echo no`;
      return hypervisor.exec(['sh', '-c', words]);
    };
    expect(await ping(redis.managementIp)).to.equal('yes\n');
    await lab.cut(hypervisor, [redis]);
    expect(await ping(redis.managementIp, 0.3)).to.equal('no\n');
    expect(await ping('10.8.0.254')).to.equal('yes\n');
    const refused = `exec 3<>/dev/tcp/${redis.managementIp}/${redis.port}`;
    const connecting = hypervisor.exec(['sh', '-c', `timeout 0.5 bash -c '${refused}'; echo $?`]);
    expect(await connecting, 'neither refused nor unreachable').to.equal('124\n');
    await lab.heal();
    expect(await ping(redis.managementIp)).to.equal('yes\n');
  });

  it('fails over by Sentinels that cannot reach the master, which answers others still', async () => {
    const master = await lab.startRedis();
    const replicaOf = ['--replicaof', master.managementIp, String(master.port)];
    const replica = await lab.startRedis({
      args: [...replicaOf, '--repl-diskless-sync-delay', '0'],
    });
    const sentinels = await lab.startSentinels({ master });
    await lab.cut(master, [replica, ...sentinels]);
    await until(
      'the failover',
      async () => {
        const ips = await Promise.all(sentinels.map((sentinel) => sentinel.masterIp()));
        return ips.every((ip) => ip === replica.managementIp);
      },
      { deadlineMs: 15_000, everyMs: 50 },
    );
    expect(await master.cli('ROLE')).to.match(/^master/);
    await lab.heal();
    // The Sentinels would do it some ten seconds later.
    await master.cli('REPLICAOF', replica.managementIp, String(replica.port));
    expect(await master.cli('SET', 'key', 'x').catch(String)).to.include('READONLY');
  });

  it('shifts the clock of a process, and not its timers', async () => {
    const preload = projectFile('scripts/lab/shifted-clock.mjs');
    const words =
      'console.log(Date.now(), +new Date(), new Date(7) instanceof Date, Date.UTC(1970))';
    const before = Date.now();
    const said = await run([process.execPath, '--import', preload, '-e', words], {
      env: { LAB_CLOCK_OFFSET_MS: '-300000' },
    });
    const [now, constructed, ...rest] = said.trim().split(' ');
    for (const time of [now, constructed]) {
      expect(Number(time)).to.be.within(before - 300_000, Date.now() - 300_000);
    }
    expect(rest).to.deep.equal(['true', '0']);
  });

  it('ends with all of them, one that is stopped too', async () => {
    const [stopped, running] = [await lab.startRedis(), await lab.startRedis()];
    const pids = [stopped.pid, running.pid].map(Number);
    expect(pids.map((pid) => markOf(pid)?.pid)).to.deep.equal(pids);
    stopped.pause();
    await lab.close();
    expect(pids.map(markOf)).to.deep.equal([undefined, undefined]);
  });
});
