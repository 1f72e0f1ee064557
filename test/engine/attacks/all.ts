import type { Attack } from "./attack.ts";
import { bodyAttacks } from "./bodies.ts";
import { headerAttacks } from "./headers.ts";
import { keyAttacks } from "./keys.ts";
import { placeAttacks } from "./places.ts";

/** Every attack that is known here. */
export const attacks: Attack[] = [...headerAttacks, ...placeAttacks, ...bodyAttacks, ...keyAttacks];
