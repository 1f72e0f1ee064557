/** One thing to do in a move, as whoever does it at night reads it. */
export type Step = {
  id: StepId;
  title: string;
  does: string;
  commands: string[];
  /** How long it takes, and what that follows from. */
  takes: string;
  /** Seconds, where they can be told. */
  seconds?: number;
  /** What clients notice. */
  clients: string;
  verify: string;
  back: string;
};

/** What a step is known by, whatever its title says of this move. */
export type StepId = (typeof stepIds)[number];

/** Steps of any move; none has all of them. */
export const stepIds = [
  "announce",
  "line",
  "registry",
  "key-seed",
  "hall",
  "ttl",
  "weights",
  "workspaces",
  "backup",
  "copy-backup",
  "restore",
  "dump",
  "compare-keys",
  "compare-use",
  "ask",
  "bring",
  "name",
  "drain",
  "close",
  "bring-last",
  "agree",
  "watch",
  "keep",
  "erase",
  "end-keys",
  "look-round",
  "forget",
] as const;

/** Steps that belong together: each phase can be left until the next one begins. */
export type Phase = { name: string; steps: Step[] };

/** What clients notice of most steps. */
export const unnoticed = "nothing";
/** The way back from a step that only adds something. */
export const nothingChanged = "nothing has changed yet: stop here";
