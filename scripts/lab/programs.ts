/**
 * The programs that the lab runs: whether this machine has them.
 */
import { execute } from './command.ts';

/** Whether the programs that the lab runs are installed; else the sentence that says what to do. */
export async function missingPrograms(): Promise<string | undefined> {
  for (const program of [
    'ip',
    'nsenter',
    'ovs-vswitchd',
    'ovsdb-server',
    'ethtool',
    'ping',
    'tcpdump',
  ]) {
    try {
      await execute([program, program === 'ip' || program === 'ping' ? '-V' : '--version']);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}
