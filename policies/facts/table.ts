import { countryOfPhone } from "../../catalogue/phone.ts";
import { type Condition, type ResourceRow, type ResourceTable, resourceTable } from "../../catalogue/resource.ts";
import { type EgressFact, type Fact, type FilterFact, type Purpose, type Resource, UNKNOWN } from "../fact.ts";
import { remembered } from "../remembered.ts";
import { addressesIn, bareHost, rangeReach } from "../sweep/address.ts";
import { isFreeholds } from "./is-freeholds.ts";
import { covering, type Leaf, opened, select } from "./select.ts";

/** How a cloud reads what no other writes: its names of resources, its accounts, its policy documents. */
export type Readers = Partial<Record<NonNullable<ResourceRow["reads"]>, (text: string, from: Reading) => Fact[]>>;

/** What a reader is told beside the text: what goes into each fact it returns, and the row. */
export type Reading = {
  fact: { path: string; purpose: Purpose; because?: string; remedy?: string };
  row: Pick<ResourceRow, "mustResolve" | "for">;
};

/** A type's rows, compiled once: which paths they speak for, so that the sweep leaves those alone. */
export type Table = ResourceTable & { speaksFor(path: string): boolean };

/** The table of a type, if somebody described it. */
export function tableOf(pack: string, token: string): Table | undefined {
  const key = `${pack}:${token}`;
  if (!compiled.has(key)) {
    const table = resourceTable(pack, token);
    const own = table && [...table.ignore, ...table.facts.flatMap(({ path, reads }) => (reads && path ? [path] : []))];
    const patterns = own?.map(covering) ?? [];
    compiled.set(key, table && { ...table, speaksFor: (path) => patterns.some((pattern) => pattern.test(path)) });
  }
  return compiled.get(key);
}
const compiled = new Map<string, Table | undefined>();

/** The facts that a type's rows find in a resource. */
export function tableFacts({ facts }: ResourceTable, resource: Resource, readers: Readers, own: Own): Fact[] {
  const { props } = resource;
  const found = facts.flatMap((row) =>
    select(props, row.path).flatMap((leaf) => factsOf(row, leaf, props, readers, own)),
  );
  // What stands beside it says nothing of a stranger's network: nobody knows from here which way its packets take.
  return isFreeholds(resource)
    ? found
    : found.map((fact) => ("beside" in fact ? { ...fact, beside: undefined } : fact));
}

/** What a table cannot know of the resource it describes. */
export type Own = {
  /** The region that the cloud pairs with the resource's own: null where it has none, undefined where nobody knows. */
  pair(): string | null | undefined;
};

function factsOf(row: ResourceRow, leaf: Leaf, props: Resource["props"], readers: Readers, own: Own): Fact[] {
  const { value, path } = leaf;
  const conditions = Object.entries(row.if ?? {}).map(([where, condition]) => holdsAt(where, condition, leaf, props));
  if (conditions.includes(false)) return [];
  if (value !== UNKNOWN && !applies(row, value)) return [];
  if (value === UNKNOWN || conditions.includes(UNKNOWN)) {
    return [{ kind: "unknown", path, hides: hiddenBehind(row), purpose: row.for }];
  }
  const fact = {
    path,
    purpose: row.for,
    ...(row.because && { because: row.because }),
    ...(row.fix && { remedy: row.fix }),
  };
  if (row.reads) {
    const written = textsIn(value);
    const texts = written.length === 0 && row.default !== undefined ? [row.default] : written;
    return texts.flatMap((text) => read(text, row, { fact, row }, readers, props));
  }
  return means(row, value, fact, own);
}

/** Whether a value that is known is one that the row is about. */
function applies({ path, reads, when, default: fallback }: ResourceRow, value: unknown): boolean {
  if (reads) return isWritten(value) || fallback !== undefined;
  return when ? holds(when, value) : path === "" || isWritten(value);
}

/** What may come to light behind a value that is not known yet. */
function hiddenBehind({ reads, leads }: ResourceRow): readonly Fact["kind"][] {
  if (reads === "cidr" || leads === "world") return ["egress"];
  if (reads === "image") return ["image", "place"];
  return ["place", "host", "account"];
}

function means(row: ResourceRow, value: unknown, fact: Reading["fact"], own: Own): Fact[] {
  const { path, because, remedy } = fact;
  const shown = row.path === "" ? "it exists" : isWritten(value) ? brief(value) : "not set";
  switch (row.leads ?? "everywhere") {
    case "everywhere":
      return [{ kind: "unbounded", ...fact, value: shown }];
    case "pair": {
      const pair = own.pair();
      if (pair === null) return [];
      if (pair)
        return [{ kind: "place", ...fact, value: pair, because: because ?? `${shown} copies to the paired region` }];
      const why = `${shown} copies to a paired region that is not known`;
      return [{ kind: "undecidable", path, why, remedy: remedy ?? "Choose redundancy within the region." }];
    }
    case "hidden":
      return [
        { kind: "undecidable", path, why: because ?? shown, remedy: remedy ?? "Declare what it does as resources." },
      ];
    case "weakens":
      return [{ kind: "guard", path, value: shown, ...(because && { because }), ...(remedy && { remedy }) }];
    case "world":
      return [{ kind: "egress", path, to: "everything", value: shown, ...beside(row) }];
    case "firewall":
    case "load-balancer":
      return [{ kind: "filter", path, filter: row.leads as FilterFact["filter"], value: shown }];
  }
}

function read(text: string, row: ResourceRow, from: Reading, readers: Readers, props: Resource["props"]): Fact[] {
  const { fact } = from;
  const special = row.reads && readers[row.reads];
  if (special) return special(text, from);
  switch (row.reads) {
    case "place":
      return text.split(",").map((name): Fact => ({ kind: "place", ...fact, value: name.trim() }));
    case "host":
      return hostsIn(text).map((value): Fact => ({ kind: "host", ...fact, value }));
    case "email": {
      const [, domain] = /@([^@\s>]+)>?\s*$/.exec(text) ?? [];
      return domain ? [{ kind: "host", ...fact, value: domain.toLowerCase() }] : [];
    }
    case "phone": {
      const country = countryOfPhone(text);
      return country ? [{ kind: "place", ...fact, value: country }] : [];
    }
    case "link":
      return [{ kind: "link", path: fact.path, to: text.toLowerCase() }];
    case "image":
      return [
        {
          kind: "image",
          path: fact.path,
          value: text.replace(/^(?:oci|docker):\/\/|^\w+\|/i, ""),
          ...(fact.because && { because: fact.because }),
        },
      ];
    case "account":
      return [
        text === "*" ? { kind: "unbounded", ...fact, value: "everybody" } : { kind: "account", ...fact, value: text },
      ];
    case "cidr":
      return range(text, fact.path, beside(row));
    case "name": {
      const to = named(row.names ?? "{}", { ...props, "": text });
      if (to === UNKNOWN) return [{ kind: "unknown", path: fact.path, hides: ["place"], purpose: fact.purpose }];
      return to === undefined ? [] : [reference(text, [to], from)];
    }
    default:
      return [];
  }
}

/** A fact that another resource decides. */
export function reference(value: string, to: string[], { fact, row }: Reading): Fact {
  return { kind: "reference", ...fact, value, to, ...(row.mustResolve && { otherwise: "undecidable" }) };
}

/** Fills `{property}`; `{}` is the text itself. UNKNOWN where a property is not known yet, undefined where one is missing. */
export function named(template: string, values: Record<string, unknown>): string | typeof UNKNOWN | undefined {
  let missing: typeof UNKNOWN | "none" | undefined;
  const text = template.replace(/\{([^}]*)\}/g, (_, key: string) => {
    const [leaf] = key === "" ? [{ value: values[""] }] : select(values, key);
    if (leaf?.value === UNKNOWN) missing = UNKNOWN;
    else if (typeof leaf?.value !== "string" || leaf.value === "") missing ??= "none";
    return String(leaf?.value === UNKNOWN ? "" : leaf?.value);
  });
  if (missing === undefined) return text.toLowerCase();
  return missing === UNKNOWN ? UNKNOWN : undefined;
}

/** Host names of a URL, `host:port`, or a bare name, also one that no public DNS knows. */
export function hostsIn(text: string): string[] {
  const written = addressesIn(text).flatMap(({ kind, value }) => (kind === "host" ? [value] : []));
  if (written.length > 0) return written;
  const bare = bareHost(text);
  return bare ? [bare] : [];
}

function beside({ beside }: ResourceRow): Pick<EgressFact, "beside"> {
  return beside ? { beside } : {};
}

function range(text: string, path: string, more: Pick<EgressFact, "beside">): Fact[] {
  const reach = rangeReach(text);
  if (reach === undefined) {
    // A prefix list, a service tag or a group: names that open nothing by themselves, but for the tag of the world.
    return /^(?:internet|any|\*)$/i.test(text)
      ? [{ kind: "egress", path, to: "everything", value: text, ...more }]
      : [];
  }
  if (reach === "inside") return [];
  return [{ kind: "egress", path, to: reach === "everything" ? "everything" : "range", value: text, ...more }];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === "object" && value !== null) return [JSON.stringify(value)];
  return [];
}

function holdsAt(where: string, condition: Condition, leaf: Leaf, props: unknown): boolean | typeof UNKNOWN {
  const beside = where.startsWith("./");
  const leaves = beside ? select(leaf.holder, where.slice(2)) : select(props, where);
  const values = leaves.length > 0 ? leaves.map(({ value }) => value) : [undefined];
  if (values.some((value) => value !== UNKNOWN && holds(condition, value))) return true;
  return values.includes(UNKNOWN) ? UNKNOWN : false;
}

function holds({ in: any, notIn, matches, absent }: Condition, value: unknown): boolean {
  if (!isWritten(value)) return absent === true;
  if (absent === true && !any && !notIn && !matches) return false;
  const text = lower(value);
  if (any && !any.some((each) => lower(each) === text)) return false;
  if (notIn?.some((each) => lower(each) === text)) return false;
  return (
    matches === undefined || pattern(matches).test(typeof value === "object" ? JSON.stringify(value) : String(value))
  );
}

const pattern = remembered((written) => new RegExp(written, "i"));

function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

function brief(value: unknown): string {
  const text = typeof value === "object" ? "set" : String(opened(value) === value ? value : "set");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
