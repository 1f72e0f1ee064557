/** One thing to do in a move, as whoever does it at night reads it. */
export type Step = {
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

/** Steps that belong together: each phase can be left until the next one begins. */
export type Phase = { name: string; steps: Step[] };

/** What clients notice of most steps. */
export const unnoticed = "nothing";
/** The way back from a step that only adds something. */
export const nothingChanged = "nothing has changed yet: stop here";
