/**
 * The command tree: what exists, and how a wrong word is answered.
 */
import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { withApiOption } from './command-context.ts';
import { addApply } from './commands/apply.ts';
import { addBackup } from './commands/backup.ts';
import { addCompletion } from './commands/completion.ts';
import { addDelete } from './commands/delete.ts';
import { addDescribe } from './commands/describe.ts';
import { addEvents } from './commands/events.ts';
import { addFlows } from './commands/flows.ts';
import { addGet } from './commands/get.ts';
import { addOfp } from './commands/ofp.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addRestore, addStore } from './commands/store.ts';
import { addVersion } from './commands/version.ts';
import { addWait } from './commands/wait.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { LoadServe } from './serve-entry.ts';

export function buildProgram(context: CommandContext, loadServe: LoadServe): Command {
  const program = withApiOption(new Command('nva'))
    .description('Network Virtualization Authority for Open vSwitch: one logic for many switches.')
    .helpCommand('help [command]', 'help for a command')
    .helpOption('-h, --help', 'help for the command')
    .addHelpText(
      'after',
      `
Examples:
  nva serve                              run the daemon
  nva apply -f example.yaml --wait       declare networks and ports
  nva get ports                          see where they are
  nva COMMAND --help                     flags and more examples

${EXIT_CODES_HELP}

Environment:
  NVA_API    the API's address, as --api spells it
  NO_COLOR   no colours
  NVA_DEBUG  the stack of a fault of nva itself`,
    );
  addServe(program, context, loadServe);
  addApply(program, context);
  addDelete(program, context);
  addGet(program, context);
  addDescribe(program, context);
  addStatus(program, context);
  addWait(program, context);
  addEvents(program, context);
  addFlows(program, context);
  addBackup(program, context);
  addRestore(program, context);
  addStore(program, context);
  addOfp(program, context);
  addCompletion(program, context);
  addVersion(program, context);
  for (const command of withChildren(program)) speakThrough(command, context);
  return program;
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}

function speakThrough(command: Command, { io }: CommandContext): void {
  const name = pathOf(command);
  command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    getOutHelpWidth: () => (io.outIsTerminal ? io.size().columns : 100),
    getErrHelpWidth: () => (io.errIsTerminal ? io.size().columns : 100),
    outputError: (text, write) => write(`nva: ${wrongUsage(text)}; see nva${name} --help\n`),
  });
}

/** The words behind `nva`, each with a blank before it. */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`;
}

/** commander's sentence, without its prefix and on one line. */
function wrongUsage(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace('(Did you mean ', '(did you mean ')
    .replace(/\.$/, '');
}
