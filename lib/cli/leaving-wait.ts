/**
 * Waits until nothing of ours is on an NVE that was let go, and says how far it is.
 */
import type { NvePhase, NveView } from '../model/views.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { clean } from './text-table.ts';
import { span } from './words.ts';

const ASK_EVERY_MS = 100;

const WORDS: Readonly<Record<NvePhase, string>> = {
  withdrawing: 'withdrawing: the other switches are told not to send to it',
  leaving: 'taking its flows',
  'flows-taken': 'flows taken',
  left: 'database clean',
  refused: 'it is refused: nothing of it is served',
};

export async function waitForLeaving(
  context: CommandContext,
  client: ApiClient,
  name: string,
  seconds: number,
): Promise<ExitCode> {
  const started = performance.now();
  let told: NvePhase | undefined;
  let view: NveView | undefined;
  while (performance.now() - started <= seconds * 1000) {
    view = await client.get('nves', name);
    const { phase } = view.status;
    if (phase !== undefined && phase !== told && context.io.errIsTerminal) {
      context.io.err(`${clean(name)}: ${WORDS[phase]}\n`);
    }
    // It may be some moments until the instance that is asked has heard of it.
    if (phase === undefined && told !== undefined) {
      context.print([context.paint('red', clean(`${name} is served again`))]);
      return EXIT.notSo;
    }
    if (phase === 'left') {
      const after = span(performance.now() - started);
      context.print([
        context.paint('green', clean(`${name} left after ${after}: nothing of ours is on it`)),
        ...remarksOf(view),
      ]);
      return EXIT.ok;
    }
    told = phase;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  const words = told === undefined ? '' : `: ${WORDS[told]}`;
  const line = `${name} has not left within ${seconds} s${words}`;
  context.print([
    context.paint('red', clean(line)),
    ...(view === undefined ? [] : remarksOf(view)),
  ]);
  return EXIT.notSo;
}

function remarksOf({ status }: NveView): string[] {
  return status.conditions.map(({ message }) => clean(`  ${message}`));
}
