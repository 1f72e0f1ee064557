/** Remembers what was answered for a text: the same keys and paths come again in each resource. */
export function remembered<Answer>(answer: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      found = answer(text);
      if (known.size < MOST) known.set(text, found);
    }
    return found;
  };
}

// Texts that somebody makes up for each resource do not fill the memory.
const MOST = 10_000;
