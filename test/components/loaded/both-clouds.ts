// What no program of a country does: loads files of two clouds' packages.
import { createRequire } from "node:module";
import "@pulumi/aws/kms/alias.js";

createRequire(import.meta.url)("@pulumi/azure-native/keyvault/key.js");
