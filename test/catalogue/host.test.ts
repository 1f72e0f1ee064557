import { describe, expect, it } from "vitest";
import { countries, groupOfHost, isCountryCode, namedEndpoint, placeOfHost, serviceAt } from "../../catalogue/index.ts";
import { once } from "../../catalogue/once.ts";
import { servicesShape } from "../../catalogue/shapes.ts";

describe("a host of a cloud", () => {
  it.each([
    ["s3.us-east-1.amazonaws.com", "US", "us-east-1"],
    ["db.abc.eu-central-2.rds.amazonaws.com", "CH", "eu-central-2"],
    ["123456789012.dkr.ecr.eu-central-1.amazonaws.com", "DE", "eu-central-1"],
    ["bucket.s3.eu-central-1.amazonaws.com", "DE", "eu-central-1"],
    ["my.bucket.s3.dualstack.eu-central-1.amazonaws.com", "DE", "eu-central-1"],
    ["s3-eu-west-1.amazonaws.com", "IE", "eu-west-1"],
    ["site.s3-website-eu-west-1.amazonaws.com", "IE", "eu-west-1"],
    ["vpce-0a1.ec2.eu-central-1.vpce.amazonaws.com", "DE", "eu-central-1"],
    ["abc.lambda-url.eu-central-1.on.aws", "DE", "eu-central-1"],
    ["eu-central-1.console.aws.amazon.com", "DE", "eu-central-1"],
    ["web-1.eu-central-1.elb.amazonaws.com", "DE", "eu-central-1"],
    ["*.eu-central-1.elb.amazonaws.com", "DE", "eu-central-1"],
    ["ABC.gr7.eu-central-1.eks.amazonaws.com", "DE", "eu-central-1"],
    ["c.abc.0001.euc1.cache.amazonaws.com", "DE", "eu-central-1"],
    ["abc.eu-central-1.awsapprunner.com", "DE", "eu-central-1"],
    ["app.eu-central-1.elasticbeanstalk.com", "DE", "eu-central-1"],
    ["sts.eusc-de-east-1.amazonaws.eu", "DE", "eusc-de-east-1"],
    ["s3.cn-north-1.amazonaws.com.cn", "CN", "cn-north-1"],
    ["S3.EU-Central-1.amazonaws.com.", "DE", "eu-central-1"],
    ["vm.germanywestcentral.cloudapp.azure.com", "DE", "germanywestcentral"],
    ["germanywestcentral.api.cognitive.microsoft.com", "DE", "germanywestcentral"],
    ["dns-1.hcp.germanywestcentral.azmk8s.io", "DE", "germanywestcentral"],
    ["dns-1.abc.privatelink.germanywestcentral.azmk8s.io", "DE", "germanywestcentral"],
    ["x.germanywestcentral.kusto.windows.net", "DE", "germanywestcentral"],
    ["topic.westus2-1.eventgrid.azure.net", "US", "westus2"],
    ["germanywestcentral-0.in.applicationinsights.azure.com", "DE", "germanywestcentral"],
    ["app-x1.germanywestcentral-01.azurewebsites.net", "DE", "germanywestcentral"],
    ["prod-12.westeurope.logic.azure.com", "NL", "westeurope"],
    ["europe-west3-docker.pkg.dev", "DE", "europe-west3"],
    ["europe-west10-docker.pkg.dev", "DE", "europe-west10"],
    ["europe-west1-docker.pkg.dev", "BE", "europe-west1"],
    ["iad.ocir.io", "US", "us-ashburn-1"],
    ["eu-frankfurt-1.ocir.io", "DE", "eu-frankfurt-1"],
    ["europe-west3-aiplatform.googleapis.com", "DE", "europe-west3"],
    ["storage.europe-west3.rep.googleapis.com", "DE", "europe-west3"],
    ["europe-west3-project.cloudfunctions.net", "DE", "europe-west3"],
    ["svc-1234.europe-west3.run.app", "DE", "europe-west3"],
  ])("%s is in %s", (host, country, region) => {
    expect(placeOfHost(host)).toMatchObject({ country, kind: "region", region });
  });

  it.each([
    // A region that somebody chose as a name says nothing.
    "eu-central-1.evil.com",
    "eu-central-1.s3.amazonaws.com",
    "my.eu-central-1.s3.amazonaws.com",
    "eu-central-1.elasticbeanstalk.com",
    "germanywestcentral.vault.azure.net",
    "germanywestcentral.blob.core.windows.net",
    "germanywestcentral.azurewebsites.net",
    "germanywestcentral-01.azurewebsites.net",
    "europe-west3.storage.googleapis.com",
    "europe-west3-docker.pkg.dev.evil.com",
    "s3.eu-central-1.amazonaws.com.evil.com",
    "s3.eu-central-1.notamazonaws.com",
    "xeurope-west3-docker.pkg.dev",
    // Another cloud's region, a zone, a group, none at all.
    "westeurope.amazonaws.com",
    "eu-central-1a.amazonaws.com",
    "europe-docker.pkg.dev",
    "us-docker.pkg.dev",
    "s3.amazonaws.com",
    "amazonaws.com",
    "eu-central-1",
    "",
  ])("%s says no place", (host) => {
    expect(placeOfHost(host)).toBeUndefined();
  });
});

it.each([
  ["us-docker.pkg.dev", "us"],
  ["europe-python.pkg.dev", "europe"],
  ["europe-west3-docker.pkg.dev", undefined],
  ["us-docker.pkg.dev.evil.com", undefined],
])("%s is in the group %s", (host, group) => {
  expect(groupOfHost(host)).toBe(group);
});

describe("a host that is named after a resource", () => {
  it.each([
    ["kv-1.vault.azure.net", "Azure", "key-vault", "kv-1"],
    ["kv-1.privatelink.vaultcore.azure.net", "Azure", "key-vault", "kv-1"],
    ["hsm.managedhsm.azure.net", "Azure", "managed-hsm", "hsm"],
    ["acct.blob.core.windows.net", "Azure", "storage-account", "acct"],
    ["acct.dfs.core.windows.net", "Azure", "storage-account", "acct"],
    ["acct.z6.web.core.windows.net", "Azure", "storage-account", "acct"],
    ["ns.servicebus.windows.net", "Azure", "service-bus", "ns"],
    ["db.documents.azure.com", "Azure", "cosmos-db", "db"],
    ["sql.database.windows.net", "Azure", "sql-server", "sql"],
    ["pg.postgres.database.azure.com", "Azure", "postgresql", "pg"],
    ["reg.azurecr.io", "Azure", "container-registry", "reg"],
    ["ai.openai.azure.com", "Azure", "cognitive-services", "ai"],
    ["ai.services.ai.azure.com", "Azure", "cognitive-services", "ai"],
    ["find.search.windows.net", "Azure", "search", "find"],
    ["cache.redis.cache.windows.net", "Azure", "redis", "cache"],
    ["app.scm.azurewebsites.net", "Azure", "web-app", "app"],
    ["my.bucket.s3.amazonaws.com", "AWS", "bucket", "my.bucket"],
    ["eu-central-1.s3.amazonaws.com", "AWS", "bucket", "eu-central-1"],
    ["bucket.storage.googleapis.com", "Google Cloud", "bucket", "bucket"],
  ])("%s tells whose it is, not where", (host, provider, kind, name) => {
    expect(namedEndpoint(host)).toEqual({ provider, kind, name });
    expect(placeOfHost(host)).toBeUndefined();
  });

  it.each([
    "vault.azure.net",
    "*.vault.azure.net",
    "s3.amazonaws.com",
    "kv.vault.azure.net.evil.com",
    "kvvault.azure.net",
    "bucket.s3.eu-central-1.amazonaws.com",
    "constructor",
    "",
  ])("%j is none", (host) => {
    expect(namedEndpoint(host)).toBeUndefined();
  });
});

describe("a public service", () => {
  it.each([
    ["api.pulumi.com", "Pulumi Cloud", "US"],
    ["registry-1.docker.io", "Docker Hub", "US"],
    ["hooks.slack.com", "Slack", "US"],
    ["acme.webhook.office.com", "Microsoft Teams", "US"],
    ["events.pagerduty.com", "PagerDuty", "US"],
    ["api.opsgenie.com", "Atlassian", "US"],
    ["acme-v02.api.letsencrypt.org", "Let's Encrypt", "US"],
    ["acme.zerossl.com", "ZeroSSL", "AT"],
    ["dv.acme-v02.api.pki.goog", "Google Trust Services", "US"],
    ["dev-1.eu.auth0.com", "Auth0", "US"],
    ["login.microsoftonline.com", "Microsoft Entra", "US"],
    ["forms.svc.us-east-1-aws.pinecone.io", "Pinecone", "US"],
    ["api.mistral.ai", "Mistral AI", "FR"],
    ["dashscope.aliyuncs.com", "Alibaba Cloud Model Studio", "CN"],
    ["d111111abcdef8.cloudfront.net", "Amazon CloudFront", "US"],
    ["bucket.s3-accelerate.amazonaws.com", "Amazon S3 across regions", "US"],
    ["8.8.8.8", "Google Public DNS", "US"],
    ["9.9.9.9", "Quad9", "CH"],
    ["2606:4700:4700::1111", "Cloudflare", "US"],
  ])("at %s is %s, of a company in %s", (host, name, country) => {
    expect(serviceAt(host)).toEqual({ name, country });
  });

  it.each([
    "notpulumi.com",
    "pulumi.com.example",
    "pulumi",
    "18.8.8.8",
    "8.8.8",
    "sts.amazonaws.com",
    "lambda.amazonaws.com",
    "schema.management.azure.com",
    "oss-eu-central-1.aliyuncs.com",
    "kubernetes.io",
    "",
  ])("is not at %j", (host) => {
    expect(serviceAt(host)).toBeUndefined();
  });

  it("is listed once, in lower case, under a country that exists", () => {
    const { services } = once("places/services.yaml", servicesShape);
    const hosts = Object.values(services).flatMap((named) => Object.values(named).flat());
    expect(hosts.length).toBeGreaterThan(450);
    expect(new Set(hosts).size).toBe(hosts.length);
    for (const host of hosts) expect(host).toMatch(/^[a-z0-9.:-]+$/);
    for (const code of Object.keys(services)) expect(isCountryCode(code), code).toBe(true);
    expect(Object.keys(services).filter((code) => countries().includes(code)).length).toBeGreaterThan(20);
  });
});
