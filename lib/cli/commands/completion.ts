/** `nva completion`, and the hidden command that its scripts ask. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { completeWords } from '../complete-words.ts';
import { COMPLETE_COMMAND, COMPLETION_SCRIPTS } from '../completion-scripts.ts';
import { CliError, EXIT } from '../exit-codes.ts';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .summary('completion for your shell')
    .description('Prints a script that completes commands, flags, kinds and names of objects.')
    .argument('<shell>', SHELLS.join('|'))
    .addHelpText(
      'after',
      `
Examples:
  source <(nva completion bash)                                    in ~/.bashrc
  source <(nva completion zsh)                                     in ~/.zshrc, after compinit
  nva completion fish > ~/.config/fish/completions/nva.fish`,
    )
    .action(
      context.action(async (_command, [shell = '']) => {
        const script = COMPLETION_SCRIPTS[shell];
        if (script === undefined) {
          throw new CliError(
            EXIT.usage,
            `there is no completion for ${shell}; there is for ${SHELLS.join(', ')}`,
          );
        }
        context.io.out(script);
        return EXIT.ok;
      }),
    );
  program
    .command(COMPLETE_COMMAND, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(
      context.action(async (_command, words) => {
        context.print(await completeWords(program, context, words));
        return EXIT.ok;
      }),
    );
}
