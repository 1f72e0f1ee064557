import { describe, expect, it } from "vitest";
import { awsPartition } from "../../../../catalogue/aws-partition.ts";
import { regions } from "../../../../catalogue/index.ts";
import { partsOf, serviceRange } from "../../../../components/clouds/aws/network/ranges.ts";
import { awsNames } from "../../../../components/clouds/aws/partition.ts";

const names = (region: string) => awsNames({ region, account: "111122223333" });

describe("names of AWS", () => {
  it.each([
    [
      "ap-south-1",
      "aws",
      "ec2.ap-south-1.amazonaws.com",
      "com.amazonaws.ap-south-1.ec2",
      "logs.ap-south-1.amazonaws.com",
    ],
    [
      "eusc-de-east-1",
      "aws-eusc",
      "ec2.eusc-de-east-1.amazonaws.eu",
      "eu.amazonaws.eusc-de-east-1.ec2",
      "logs.eusc-de-east-1.amazonaws.com",
    ],
    [
      "us-gov-west-1",
      "aws-us-gov",
      "ec2.us-gov-west-1.amazonaws.com",
      "com.amazonaws.us-gov-west-1.ec2",
      "logs.us-gov-west-1.amazonaws.com",
    ],
    [
      "cn-north-1",
      "aws-cn",
      "ec2.cn-north-1.amazonaws.com.cn",
      "cn.com.amazonaws.cn-north-1.ec2",
      "logs.cn-north-1.amazonaws.com.cn",
    ],
  ])("in %s are those of the partition %s", (region, partition, host, endpoint, logs) => {
    const { arn, iam, bucket, managedPolicy, host: hostOf, endpointService, principal, registry } = names(region);
    expect(arn("kms", "key/*")).toBe(`arn:${partition}:kms:${region}:111122223333:key/*`);
    expect(iam("root")).toBe(`arn:${partition}:iam::111122223333:root`);
    expect(bucket("b/*")).toBe(`arn:${partition}:s3:::b/*`);
    expect(managedPolicy("AmazonEKSClusterPolicy")).toBe(`arn:${partition}:iam::aws:policy/AmazonEKSClusterPolicy`);
    expect(hostOf("ec2")).toBe(host);
    expect(endpointService("ec2")).toBe(endpoint);
    expect(principal(`logs.${region}`)).toBe(logs);
    expect(principal("eks")).toBe("eks.amazonaws.com");
    expect(registry).toBe(`111122223333.dkr.ecr.${region}.${host.split(".").slice(2).join(".")}`);
  });

  it("are known of every region in the catalogue", () => {
    const known = regions().filter(({ provider }) => provider === "AWS");
    expect(known.length).toBeGreaterThan(30);
    expect(known.filter(({ name }) => awsPartition(name) === undefined)).toEqual([]);
  });

  it("are refused for what is no region of AWS", () => {
    expect(awsPartition("westeurope")).toBeUndefined();
    expect(() => names("westeurope")).toThrow(/no partition/);
  });
});

describe("parts of a range", () => {
  it.each([
    ["10.64.0.0/16", 3, ["10.64.0.0/18", "10.64.64.0/18", "10.64.128.0/18"]],
    ["10.0.0.0/20", 2, ["10.0.0.0/21", "10.0.8.0/21"]],
    ["172.31.240.0/20", 4, ["172.31.240.0/22", "172.31.244.0/22", "172.31.248.0/22", "172.31.252.0/22"]],
    ["192.168.0.0/16", 1, ["192.168.0.0/16"]],
    // Bits beyond the prefix say nothing.
    ["10.64.3.7/16", 2, ["10.64.0.0/17", "10.64.128.0/17"]],
    ["200.255.0.0/16", 2, ["200.255.0.0/17", "200.255.128.0/17"]],
  ])("%s in %d are equal and as large as can be", (cidr, count, parts) => {
    expect(partsOf(cidr, count)).toEqual(parts);
  });
});

describe("the range of Services", () => {
  it.each([
    [["10.64.0.0/16"], "172.20.0.0/16"],
    [["10.64.0.0/16", "172.16.0.0/12"], "10.100.0.0/16"],
    [["172.20.5.0/24", "10.0.0.0/8"], "192.168.0.0/16"],
    [["10.0.0.0/8", "172.16.0.0/12", "192.168.7.0/24"], undefined],
    [["0.0.0.0/0"], undefined],
  ])("beside %j is %s", (taken, expected) => {
    expect(serviceRange(taken)).toBe(expected);
  });
});
