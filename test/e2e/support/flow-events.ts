/**
 * What happens to a bridge's flows and groups while something else goes on: every flow added, changed or removed, by
 * `ovs-ofctl monitor`, and the groups before and after.
 */
import type { ChildProcess } from 'node:child_process';
import { ended, start } from '../../../scripts/lab/command.ts';
import type { Hypervisor } from '../../../scripts/lab/hypervisor.ts';
import { until } from '../../../scripts/lab/waiting.ts';

class FlowEvents {
  readonly #child: ChildProcess;
  #confirmed = false;
  #said = '';

  static async open(hypervisor: Hypervisor, signal: AbortSignal): Promise<FlowEvents> {
    const socket = hypervisor.managementSocket('br-int');
    const argv = ['ovs-ofctl', '-O', 'OpenFlow15', 'monitor', socket, 'watch:!initial'];
    const events = new FlowEvents(start(argv, { signal, env: hypervisor.environment }));
    await until('ovs-ofctl monitor', () => events.#confirmed, { deadlineMs: 5000, everyMs: 5 });
    return events;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    // The empty first reply goes to the standard output, the updates to the standard error.
    child.stdout?.on('data', () => {
      this.#confirmed = true;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  async stop(): Promise<readonly string[]> {
    this.#child.kill('SIGTERM');
    await ended(this.#child);
    return this.#said.split('\n').filter((line) => line.includes('event='));
  }
}

/** The flow events and changed groups of each hypervisor while `work` goes on: a line each, none where it is calm. */
export async function changesDuring(
  hypervisors: readonly Hypervisor[],
  work: () => Promise<void>,
): Promise<readonly string[]> {
  const abort = new AbortController();
  try {
    const watched = await Promise.all(
      hypervisors.map(async (hypervisor) => ({
        hypervisor,
        groups: await groupsOf(hypervisor),
        events: await FlowEvents.open(hypervisor, abort.signal),
      })),
    );
    await work();
    const seen = await Promise.all(
      watched.map(async ({ hypervisor, groups, events }) => {
        const now = await groupsOf(hypervisor);
        const lines = await events.stop();
        return [
          ...lines.map((line) => `${hypervisor.name}: ${line.trim()}`),
          ...(now === groups
            ? []
            : [`${hypervisor.name}: the groups were\n${groups}\nare\n${now}`]),
        ];
      }),
    );
    return seen.flat();
  } finally {
    abort.abort();
  }
}

/** Everything in the bridge's tables without its counters, sorted: equal texts, equal tables. */
export async function tablesOf(
  hypervisor: Hypervisor,
  bridge = 'br-int',
): Promise<readonly string[]> {
  const flows = await hypervisor.ofctlOn(bridge, 'dump-flows', '--no-stats');
  return [...flows.split('\n'), ...(await groupsOf(hypervisor, bridge)).split('\n')]
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('OFPST'))
    .sort();
}

/** Buckets in the order of their ids: a group that sends to all of them has no other. */
async function groupsOf(hypervisor: Hypervisor, bridge = 'br-int'): Promise<string> {
  const text = await hypervisor.ofctlOn(bridge, 'dump-groups');
  const groups = text
    .split('\n')
    .slice(1)
    .map((line) => {
      const [head = '', ...buckets] = line.trim().split(',bucket=');
      return [head, ...buckets.sort()].join(',bucket=');
    });
  return groups.sort().join('\n');
}
