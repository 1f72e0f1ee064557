import type { Rule } from "../rule.ts";
import { accessFromHere } from "./access-from-here.ts";
import { copiesStayHere } from "./copies-stay-here.ts";
import { dataStaysHere } from "./data-stays-here.ts";
import { doorsStayHere } from "./doors-stay-here.ts";
import { egressClosed } from "./egress-closed.ts";
import { guardsStayOn } from "./guards-stay-on.ts";
import { imagesFromHere } from "./images-from-here.ts";
import { keysHeldHere } from "./keys-held-here.ts";
import { logsStayHere } from "./logs-stay-here.ts";
import { nothingHidden } from "./nothing-hidden.ts";
import { promptsStayHere } from "./prompts-stay-here.ts";

/** Every rule, in the order in which reports show them. */
export const allRules: readonly Rule[] = [
  dataStaysHere,
  copiesStayHere,
  keysHeldHere,
  logsStayHere,
  promptsStayHere,
  accessFromHere,
  doorsStayHere,
  imagesFromHere,
  egressClosed,
  guardsStayOn,
  nothingHidden,
];
