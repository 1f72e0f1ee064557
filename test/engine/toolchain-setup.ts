import process from "node:process";
import { ProgressLines } from "../../cli/progress.ts";
import { SetupLines } from "../../cli/setup-lines.ts";
import { setup } from "../../rehearsal/toolchain.ts";

/** Brings the engine and the control plane before the first engine test, and shows how it goes: cold it takes minutes. */
export default async function toolchainSetup(): Promise<void> {
  const show = new SetupLines(new ProgressLines(process.stderr));
  await setup({ progress: (progress) => show.show(progress) });
  show.close();
}
