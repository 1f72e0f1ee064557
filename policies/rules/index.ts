import type { Rule } from "../rule.ts";
import { dataStaysHere } from "./data-stays-here.ts";
import { egressClosed } from "./egress-closed.ts";
import { imagesFromHere } from "./images-from-here.ts";

/** Every rule, in the order in which reports show them. */
export const allRules: readonly Rule[] = [dataStaysHere, imagesFromHere, egressClosed];
