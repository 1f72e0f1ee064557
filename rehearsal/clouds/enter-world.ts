import { existsSync } from "node:fs";
import { join } from "node:path";
import { isOptInOnAws } from "../../catalogue/index.ts";
import type { Country } from "../../components/country.ts";
import type { Home } from "../home.ts";
import { writeWhole } from "./world.ts";

/**
 * Writes who rehearses: somebody who is logged in to the account that the country file names, which may use its region. What
 * stands there already stays, so that whoever rehearses can be somebody else, or have less.
 */
export function enterWorld(home: Home, target: Country["target"]): void {
  if (target.kind === "aws") {
    const optedIn = isOptInOnAws(target.region) ? [target.region] : [];
    unlessThere(join(home.folder, "world/aws/account.json"), { account: target.account, optedIn });
  }
  if (target.kind === "azure") {
    const { subscription, tenant } = target;
    unlessThere(join(home.folder, "world/azure-native/subscription.json"), { subscription, tenant });
  }
}

function unlessThere(file: string, content: object) {
  if (!existsSync(file)) writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
}
