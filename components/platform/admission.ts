import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../country.ts";
import { admitDestinations } from "./admission/destinations.ts";
import { admitEgress } from "./admission/egress.ts";
import { admitNames } from "./admission/names.ts";
import { admitPods } from "./admission/pods.ts";
import { admitStanding } from "./admission/standing.ts";

export { admit } from "./admission/admit.ts";

/** Admission that guards what bypasses Pulumi, in every namespace that is part of Freehold, those of its add-ons included. */
export function admission(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admitPods(jurisdiction, opts);
  admitDestinations(jurisdiction, opts);
  admitNames(jurisdiction, opts);
  admitEgress(jurisdiction, opts);
  admitStanding(opts);
}
