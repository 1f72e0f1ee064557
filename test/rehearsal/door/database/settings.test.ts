import type { V1Pod } from "@kubernetes/client-node";
import { expect, it } from "vitest";
import { instance } from "../../../../rehearsal/door/database/objects.ts";
import { settingsOf, wordsOf } from "../../../../rehearsal/door/database/settings.ts";
import { clusterObject } from "./cluster-object.ts";

const parameters = { shared_buffers: "64MB", "ext.quoted": "it's a \\", port: "1", ssl: "off", archive_mode: "on" };
const settings = settingsOf(clusterObject({ postgresql: { parameters, pg_hba: ["hostnossl all all all reject"] } }), {
  first: "SELECT 1;",
  schema: "SELECT 2;",
});
const none = { first: "", schema: "" };

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
  expect(settingsOf(odd, none)["server.sql"]).toBe('CREATE ROLE "c;d" LOGIN;\nCREATE DATABASE "a""b" OWNER "c;d";\n');
  for (const name of ["server.sql", "first.sql", "roles.sql", "schema.sql"])
    for (const line of settings[name]!.trim().split("\n")) expect(line).toMatch(/;$/);
});

it("has the superuser run what comes first, and the owner the schema", () => {
  expect(settings["first.text"]).toBe("SELECT 1;");
  expect(settings["schema.text"]).toBe('SET ROLE "writer";\nSELECT 2;');
});

it("gives the application, and each role that the Cluster names, the password of its Secret", () => {
  const managed = { roles: [{ name: "recorder", passwordSecret: { name: "usage-recorder" } }, { name: "nobody" }] };
  const cluster = clusterObject({ managed });
  const { spec } = instance(cluster, "usage-settings", [], "x") as V1Pod;
  const secrets = spec?.volumes?.flatMap(({ name, secret }) => (secret ? [[name, secret.secretName]] : []));
  expect(secrets).toEqual([
    ["certificates", "usage-server"],
    ["role-0", "usage-app"],
    ["role-1", "usage-recorder"],
  ]);
  const lines = settingsOf(cluster, none)["roles.sql"]!.trim().split("\n");
  expect(lines.map((line) => /\/controller\/(\S+?)\/password/.exec(line)?.[1])).toEqual(["role-0", "role-1"]);
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
