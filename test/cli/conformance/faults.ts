import type { Known } from "./change.ts";
import { answerFaults } from "./faults/answer.ts";
import { featureFaults } from "./faults/feature.ts";
import { refusalFaults } from "./faults/refusal.ts";
import { streamFaults } from "./faults/stream.ts";

/** Every fault that the double can have. */
export const knownFaults: readonly Known[] = [...answerFaults, ...streamFaults, ...featureFaults, ...refusalFaults];
