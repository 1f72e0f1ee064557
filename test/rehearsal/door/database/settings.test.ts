import { expect, it } from "vitest";
import { settingsOf, wordsOf } from "../../../../rehearsal/door/database/settings.ts";
import { clusterObject } from "./cluster-object.ts";

const parameters = { shared_buffers: "64MB", "ext.quoted": "it's a \\", port: "1", ssl: "off", archive_mode: "on" };
const settings = settingsOf(
  clusterObject({ postgresql: { parameters, pg_hba: ["hostnossl all all all reject"] } }),
  "SELECT 1;",
);

it("takes the Cluster's parameters, but for what is the operator's to say", () => {
  const lines = settings["postgresql.conf"]!.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining(["shared_buffers = '64MB'", "ext.quoted = 'it''s a \\\\'", "port = '5432'", "ssl = 'on'"]),
  );
  expect(lines).toContain("archive_mode = 'off'");
  expect(lines.filter((line) => line.startsWith("port"))).toHaveLength(1);
});

it("asks the Cluster's own rules before its last one, a password", () => {
  expect(settings["pg_hba.conf"]).toBe(
    "local all all peer map=local\nhostnossl all all all reject\nhost all all all scram-sha-256\n",
  );
});

it("makes the owner and the database, each with its name quoted, one statement a line", () => {
  const odd = clusterObject({ bootstrap: { initdb: { database: 'a"b', owner: "c;d" } } });
  expect(settingsOf(odd, "")["server.sql"]).toBe('CREATE ROLE "c;d" LOGIN;\nCREATE DATABASE "a""b" OWNER "c;d";\n');
  for (const name of ["server.sql", "database.sql", "password.sql"])
    for (const line of settings[name]!.trim().split("\n")) expect(line).toMatch(/;$/);
});

it("hands a database what it begins with, and nothing where there is nothing", () => {
  expect(settings["application.sql"]).toBe("SELECT 1;");
  expect(settings["database.sql"]).toContain("/controller/settings/application.sql");
  expect(settingsOf(clusterObject(), "")["database.sql"]).toBe("");
});

it("makes a server as the Cluster says", () => {
  expect(wordsOf(clusterObject())).toEqual(["1234", "records", "--encoding=UTF8", "--locale=C", "--data-checksums"]);
  const initdb = { database: "a", encoding: "LATIN1", dataChecksums: false };
  expect(wordsOf(clusterObject({ bootstrap: { initdb } })).slice(2)).toEqual([
    "--encoding=LATIN1",
    "--locale=C",
    "--no-data-checksums",
  ]);
});
