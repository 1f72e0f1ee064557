import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { setup } from "../../rehearsal/toolchain.ts";

// Postgres runs as no root, and wants a user who is known: nobody. The files stay ours.
const asSomebody = ["--user", "--map-user=65534", "--map-group=65534"];

/** A Postgres of the toolchain's in a folder, reached by a socket there; it can be ended as a crash would, and started again. */
export class PostgresServer {
  readonly folder: string;
  readonly #programs: string;
  #process: ChildProcess | undefined;

  static async create(folder: string): Promise<PostgresServer> {
    const { postgres: found } = await setup({ parts: ["postgres"] });
    if (!found) throw new Error("the toolchain has no Postgres for this machine");
    return new PostgresServer(folder, dirname(realpathSync(found.path)));
  }

  constructor(folder: string, programs: string) {
    this.folder = folder;
    this.#programs = programs;
    mkdirSync(folder, { recursive: true });
    const words = [
      join(programs, "initdb"),
      "--username=postgres",
      "--auth=trust",
      "--no-sync",
      "--locale=C",
      "-E",
      "UTF8",
    ];
    const { status, stderr } = spawnSync("unshare", [...asSomebody, ...words, "-D", this.#data], { encoding: "utf8" });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  async start(): Promise<void> {
    const settings = ["listen_addresses=", `unix_socket_directories=${this.folder}`];
    const words = [join(this.#programs, "postgres"), "-D", this.#data, ...settings.flatMap((each) => ["-c", each])];
    this.#process = spawn("unshare", [...asSomebody, ...words], { stdio: "ignore" });
    for (let attempt = 0; ; attempt++) {
      const sql = this.connect("postgres");
      const answers = await sql`SELECT 1`.then(
        () => true,
        () => false,
      );
      await sql.end();
      if (answers) return;
      if (attempt > 600 || this.#process.exitCode !== null) throw new Error("Postgres does not answer");
      await wait(50);
    }
  }

  /** Ends it at once, whatever it is doing: what was committed is found again by recovery. */
  async crash(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await ended;
  }

  connect(user: string, database = "postgres") {
    return postgres({ host: this.folder, user, database, max: 1, onnotice: () => {} });
  }
}
