import { defineCommand } from '../command.ts';
import { joinBashWords } from '../completion/bash-words.ts';
import { findCandidates } from '../completion/candidates.ts';
import { completionScripts, type Shell } from '../completion/scripts.ts';
import { openValueSources } from '../completion/value-sources.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/**
 * Prints the script for a shell. The scripts ask with `relay completion SHELL -- relay WORD…`, the line as far as it is typed, for
 * what may stand in the place of its last word.
 */
export const completionCommand = defineCommand({
  positionals: {
    shell: { choices: shells, demandOption: true, describe: 'The shell that completes' },
  },
  examples: [
    ['relay completion bash > relay.bash', 'For a line "source …/relay.bash" in ~/.bashrc.'],
    ['relay completion zsh > _relay', 'For a folder of $fpath, before compinit runs in ~/.zshrc.'],
    ['relay completion fish > relay.fish', 'For the folder ~/.config/fish/completions.'],
  ],
  async run({ shell, _: [, program, ...rest] }, context): Promise<ExitCode> {
    const { output } = context;
    if (program === undefined) {
      await output.line(completionScripts[shell].trimEnd());
      return exitCodes.done;
    }
    const typed = rest.map(String);
    const line = shell === 'bash' ? joinBashWords(typed) : { words: typed, cut: (candidate: string) => candidate };
    const candidates = await findCandidates(line.words, openValueSources(context));
    for (const { word, describe } of candidates) {
      await output.line(shell === 'bash' || describe === undefined ? line.cut(word) : `${word}\t${describe}`);
    }
    return exitCodes.done;
  },
});
