/** Commands that read the stack file and take `--config-file`. */
const withConfigFile = new Set(["preview", "up", "update", "destroy", "refresh", "config", "import", "watch", "logs"]);
/** Subcommands of `pulumi stack` that would write the country file, or leave the rehearsal without its own copy. */
const refused = new Set(["init", "new", "rename", "change-secrets-provider", "migrate"]);

/** Options before the command that take their value as the next word. */
const withValue = new Set([
  "-C",
  "--cwd",
  "--color",
  "-v",
  "--verbose",
  "--profiling",
  "--tracing",
  "--memprofilerate",
  "-s",
  "--stack",
]);

type Rewritten = { args: string[]; readsStackFile: boolean } | { refusal: string };

/**
 * Turns what was typed after `pulumi` into what the engine is called with in a rehearsal of `stack`: the same words, with
 * the copy of the stack file named wherever the country file would be read or written.
 */
export function pulumiArguments(
  typed: string[],
  { stack, stackFile }: { stack: string; stackFile: string },
): Rewritten {
  const [command, subcommand] = typed.filter(
    (word, index) => !word.startsWith("-") && !withValue.has(typed[index - 1] ?? ""),
  );
  const asked = optionValue(typed, ["-s", "--stack"]);
  if (asked !== undefined && asked !== stack) {
    return {
      refusal: `This shell rehearses ${stack}, not ${asked}.\n  remedy   eval "$(npx freehold rehearse ${asked} --env)"`,
    };
  }
  if (command === "stack" && refused.has(subcommand ?? "")) {
    return {
      refusal: `A rehearsal keeps its stack to itself: pulumi stack ${subcommand} would change the country file.\n  remedy   npx freehold rehearse ${stack} --down, then npx freehold rehearse ${stack}`,
    };
  }
  if (command === "stack" && (subcommand === "rm" || subcommand === "remove")) {
    return { args: [...typed, "--preserve-config"], readsStackFile: false };
  }
  if (command === undefined || !withConfigFile.has(command) || typed.some((word) => word.startsWith("--config-file"))) {
    return { args: typed, readsStackFile: false };
  }
  return { args: [...typed, `--config-file=${stackFile}`], readsStackFile: true };
}

function optionValue(words: string[], names: string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1];
    const name = names.find((option) => word.startsWith(`${option}=`));
    if (name) return word.slice(name.length + 1);
  }
  return undefined;
}
