import type { Finding } from "../fault.ts";
import type { SoundTarget } from "../sound.ts";

type CloudTarget = SoundTarget<"aws"> | SoundTarget<"azure">;

/** A key that its holder gave is one of the country's keys, once: to change the keys is to name another. */
export function judgeKeys({ keys }: CloudTarget): Finding[] {
  if (keys === undefined) return [];
  const { earlier = [], ...now } = keys;
  const named = [...earlier, now].map((key) => given(key ?? {}));
  return named.flatMap((key, index): Finding[] => {
    if (key === undefined || named.indexOf(key) === index) return [];
    const at = index < earlier.length ? ["target", "keys", "earlier", index] : ["target", "keys"];
    return [
      {
        at,
        found: `${key}, which the country file has among the earlier keys already`,
        allowed: "a key that no other of the country's keys is",
        remedy:
          "make another key where its keys are held, and name that one; a new version of a key needs no change here",
      },
    ];
  });
}

/** What the file names of a key, its version aside; undefined where Freehold makes the key itself. */
function given(key: {
  kind?: string;
  externalKey?: string;
  customKeyStore?: string;
  key?: string;
}): string | undefined {
  if (key.externalKey !== undefined) return `${key.externalKey} of ${key.customKeyStore}`;
  return key.key?.replace(/^(https:\/\/[^/]+\/keys\/[^/]+).*$/, "$1");
}
