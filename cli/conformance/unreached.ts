import { withoutCredentials } from "../../components/country/wording.ts";

type Fault = Error & { code?: string; address?: string; port?: number; reason?: string };

/** That an endpoint gave no answer, in plain words: what was found, and what mends it. */
export class Unreached extends Error {
  override name = "Unreached";
  readonly found: string;
  readonly remedy: string;

  constructor(found: string, remedy: string) {
    super(found);
    this.found = found;
    this.remedy = remedy;
  }

  static late({ host }: URL, seconds: number): Unreached {
    return new Unreached(`${host} gave no whole answer in ${seconds} s`, "raise --timeout, or look at the endpoint");
  }

  static endless({ host }: URL, bytes: number): Unreached {
    return new Unreached(`${host} sent more than ${bytes / 1024 ** 2} MiB in one answer`, "look at the endpoint");
  }

  /** What Node said of a connection, said for people. */
  static from(error: Fault, url: URL, env: NodeJS.ProcessEnv): Unreached {
    if (error instanceof Unreached) return error;
    const proxy = proxyOf(url, env);
    const said = proxy && ofProxy(error, url, proxy);
    return said ?? ofHost(error, url);
  }
}

function ofHost(error: Fault, { host, hostname, protocol }: URL): Unreached {
  const { code = "" } = error;
  const trust = "give the private root by --ca <file>, where it is one";
  if (code === "ENOTFOUND") return new Unreached(`the name ${hostname} is not known to DNS`, "correct the host's name");
  if (code === "EAI_AGAIN") return new Unreached("DNS does not answer", "look at this machine's DNS and network");
  if (code === "ECONNREFUSED")
    return new Unreached(`${host} refuses connections`, "start the endpoint, or correct host and port");
  if (["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code))
    return new Unreached(`no way leads to ${host}`, "look at routes and firewalls, or set HTTPS_PROXY");
  if (/^(DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|^CERT_UNTRUSTED/.test(code))
    return new Unreached(`the certificate of ${host} is signed by nobody that this machine trusts`, trust);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return new Unreached(`the certificate that ${host} shows is for another name`, "call it by a name it is for");
  if (code === "CERT_HAS_EXPIRED")
    return new Unreached(`the certificate of ${host} has expired`, "have it renewed, or look at this machine's clock");
  if (code === "CERT_NOT_YET_VALID")
    return new Unreached(`the certificate of ${host} is not valid yet`, "look at this machine's clock");
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return new Unreached(`${host} does not speak TLS as this machine does`, "try http://, or look at its TLS versions");
  if (code.startsWith("HPE_"))
    return new Unreached(
      `what ${host} answers is not HTTP`,
      protocol === "http:" ? "try https://" : "correct the port",
    );
  if (["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(code))
    return new Unreached(`${host} hung up before its answer was whole`, "look at the endpoint's log");
  return new Unreached(`${host}: ${error.message}`, "look at the endpoint");
}

function ofProxy(error: Fault, { host }: URL, proxy: Proxy): Unreached | undefined {
  const { code, address, port } = error;
  const remedy = `correct ${proxy.from}, or name the host in NO_PROXY`;
  const name = withoutCredentials(proxy.url.host);
  if (code === "ERR_PROXY_TUNNEL") {
    const status = /HTTP\/1\.\d (\d{3})/.exec(error.message)?.[1];
    return new Unreached(`the proxy ${name} leads to no ${host}${status ? ` (HTTP ${status})` : ""}`, remedy);
  }
  const there = [address, String(port)].join(":") === name || proxy.url.port === String(port);
  if (code === "ECONNREFUSED" && there) return new Unreached(`the proxy ${name} refuses connections`, remedy);
  if (code === "ENOTFOUND" && error.message.includes(proxy.url.hostname))
    return new Unreached(`the name of the proxy ${name} is not known to DNS`, remedy);
  return undefined;
}

type Proxy = { url: URL; from: string };

function proxyOf({ protocol }: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const names = protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const from = names.find((name) => env[name]);
  return from !== undefined && URL.canParse(env[from]!) ? { url: new URL(env[from]!), from } : undefined;
}
