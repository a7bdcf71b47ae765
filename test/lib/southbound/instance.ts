/**
 * An instance without its API, in this process: engine, southbound and a store in memory, on ports of the loopback.
 */

import { Engine } from '../../../lib/daemon/engine.ts';
import { EventLog } from '../../../lib/daemon/event-log.ts';
import { reportFlows } from '../../../lib/daemon/flow-report.ts';
import { recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';
import type { FlowReport } from '../../../lib/northbound/authority.ts';
import { parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import { Southbound } from '../../../lib/southbound/southbound.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { until } from '../../../scripts/lab/waiting.ts';

export class SouthboundInstance {
  readonly lines: string[] = [];
  readonly #store = openMemoryStore();
  readonly engine: Engine;
  readonly southbound: Southbound;
  openFlowPort = 0;
  ovsdbPort = 0;

  private constructor(probeIntervalMs: number) {
    const say = (message: string): void => {
      this.lines.push(message);
    };
    const log: Log = { debug: () => undefined, info: say, warn: say, error: say };
    this.engine = new Engine({
      ...{ store: this.#store, events: new EventLog(log), log },
      ...{ instance: 'a', version: '0', startedAt: new Date(0) },
      nameTaken: say,
    });
    const settings = {
      ...{
        domain: 'test',
        instance: 'a',
        lock: 'nva_test',
        probeIntervalMs,
        requestTimeoutMs: 5_000,
      },
      connectionsMax: 1000,
      openflowVersions: [4, 5, 6] as const,
      controllers: () => [`tcp:127.0.0.1:${this.openFlowPort}`],
    };
    this.southbound = new Southbound(settings, log, (input) => this.engine.take(input));
  }

  static async start(probeIntervalMs = 1000): Promise<SouthboundInstance> {
    const instance = new SouthboundInstance(probeIntervalMs);
    await instance.engine.start(instance.southbound);
    const endpoint = parseEndpoint('ptcp:0:127.0.0.1', 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    const { southbound } = instance;
    instance.openFlowPort = portOf(await southbound.openSwitches(endpoint.value));
    instance.ovsdbPort = portOf(await southbound.openDatabases(endpoint.value));
    return instance;
  }

  async put(records: readonly DomainRecord[]): Promise<void> {
    const writes = records.map((record) => ({
      ...{ op: 'put' as const, key: keyOf(record), value: recordToJson(record) },
    }));
    await this.engine.caughtUp(await this.#store.apply({ writes }));
  }

  /** Milliseconds until this NVE has confirmed the records. */
  async confirms(
    nve: string,
    records: readonly DomainRecord[],
    deadlineMs = 10_000,
  ): Promise<number> {
    const started = performance.now();
    await this.put(records);
    const { core } = this.engine;
    const { moment } = core;
    const isDone = () => core.nve(nve)?.pending(moment) === undefined;
    await until(`${nve} confirms`, isDone, { deadlineMs, everyMs: 1 });
    return performance.now() - started;
  }

  /** The same, for an NVE whose database may be away. */
  async confirmsBySwitch(nve: string, records: readonly DomainRecord[]): Promise<number> {
    const started = performance.now();
    await this.put(records);
    const isDone = () => this.engine.core.nve(nve)?.underWay.length === 0;
    await until(`${nve} confirms`, isDone, { deadlineMs: 5000, everyMs: 1 });
    const elapsed = performance.now() - started;
    const report = await this.flows(nve);
    if (report === undefined || report.missing.length > 0) throw new Error(`${nve} lacks flows`);
    return elapsed;
  }

  async inStep(nve: string, deadlineMs = 15_000): Promise<void> {
    const { core } = this.engine;
    const isDone = () => {
      const state = core.nve(nve);
      return state?.connected === true && state.pending(core.moment) === undefined;
    };
    await until(`${nve} is in step`, isDone, { deadlineMs, everyMs: 10 });
  }

  async flows(nve: string): Promise<FlowReport | undefined> {
    const dump = await this.southbound.dump(nve);
    return dump && reportFlows(nve, this.engine.core.desired(nve), dump);
  }

  async close(): Promise<void> {
    this.engine.close();
    this.southbound.close();
    await this.#store.close();
  }
}

function portOf(address: string): number {
  return Number(/:(\d+)/.exec(address)?.[1]);
}
