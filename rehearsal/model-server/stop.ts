import type { Step } from "./answer.ts";

/**
 * Cuts an answer at the first of its stop strings. What may be the beginning of one is held back until it is known, so that
 * nobody who reads along sees it.
 */
export function cutAt(stop: readonly string[], include: boolean) {
  const longest = Math.max(0, ...stop.map(({ length }) => length - 1));
  let held = "";
  return {
    /** What may be seen of a step, and the stop string that it ended with. */
    take(step: Step): { step: Step; by: string | null } {
      if (stop.length === 0 || !("text" in step)) return { step, by: null };
      const text = held + step.text;
      const [first] = stop
        .map((by) => ({ by, at: text.indexOf(by) }))
        .filter(({ at }) => at >= 0)
        .sort((a, b) => a.at - b.at);
      if (first) {
        held = "";
        return { step: { text: text.slice(0, first.at + (include ? first.by.length : 0)) }, by: first.by };
      }
      const seen = Math.max(0, text.length - longest);
      held = text.slice(seen);
      return { step: { text: text.slice(0, seen) }, by: null };
    },
    /** A last step, with what was held back. */
    rest(step: Step): Step {
      return "text" in step ? { text: step.text + held } : step;
    },
  };
}
