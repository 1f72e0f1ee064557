import { type Case, endpoint, id } from "../refusal-world.ts";
import { region } from "../standing.ts";

/** What AWS refuses of networks. */
export const networksRefusals: Case[] = [
  ["no CIDR", "ec2/vpc:Vpc", () => ({ cidrBlock: "10.0.0.0" }), "not a valid CIDR block"],
  ["a CIDR that is too wide", "ec2/vpc:Vpc", () => ({ cidrBlock: "10.0.0.0/8" }), "InvalidVpc.Range"],
  [
    "a subnet in no VPC",
    "ec2/subnet:Subnet",
    () => ({ vpcId: "vpc-0", cidrBlock: "10.64.128.0/24" }),
    "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist",
  ],
  [
    "a subnet outside its VPC",
    "ec2/subnet:Subnet",
    () => ({ vpcId: id("vpc"), cidrBlock: "10.65.0.0/24" }),
    "InvalidSubnet.Range",
  ],
  [
    "subnets that overlap",
    "ec2/subnet:Subnet",
    () => ({ vpcId: id("vpc"), cidrBlock: "10.64.33.0/24" }),
    "InvalidSubnet.Conflict",
  ],
  [
    "a zone of another region",
    "ec2/subnet:Subnet",
    () => ({ vpcId: id("vpc"), cidrBlock: "10.64.128.0/24", availabilityZone: "eu-west-1a" }),
    "following availability zones: ap-south-1a, ap-south-1b, ap-south-1c",
  ],
  [
    "a route to a gateway that is not there",
    "ec2/routeTable:RouteTable",
    () => ({ vpcId: id("vpc"), routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0" }] }),
    "InvalidGatewayID.NotFound",
  ],
  [
    "a second table for a subnet",
    "ec2/routeTableAssociation:RouteTableAssociation",
    () => ({ subnetId: id("subnet-a"), routeTableId: id("table") }),
    "Resource.AlreadyAssociated",
  ],
  [
    "an endpoint of no service",
    "ec2/vpcEndpoint:VpcEndpoint",
    () => endpoint({ serviceName: "com.amazonaws.eu-west-1.sts" }),
    "InvalidServiceName",
  ],
  [
    "a gateway to what has none",
    "ec2/vpcEndpoint:VpcEndpoint",
    () => endpoint({ vpcEndpointType: "Gateway", subnetIds: [] }),
    "does not match available service types ([Interface])",
  ],
  [
    "a second endpoint of one name",
    "ec2/vpcEndpoint:VpcEndpoint",
    () => endpoint({ serviceName: `com.amazonaws.${region}.ecr.api`, privateDnsEnabled: true }),
    "conflicting DNS domain",
  ],
  ["a policy that is none", "ec2/vpcEndpoint:VpcEndpoint", () => endpoint({ policy: "all" }), "invalid Json"],
  [
    "a security group's name twice",
    "ec2/securityGroup:SecurityGroup",
    () => ({ vpcId: id("vpc"), name: "endpoints" }),
    "InvalidGroup.Duplicate",
  ],
  [
    "a name like an id",
    "ec2/securityGroup:SecurityGroup",
    () => ({ vpcId: id("vpc"), name: "sg-mine" }),
    "cannot begin with sg-",
  ],
  [
    "a rule of nobody",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    () => ({ securityGroupId: id("group"), ipProtocol: "tcp" }),
    "exactly one of cidrIpv4",
  ],
  [
    "a rule twice",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    () => ({ securityGroupId: id("group"), cidrIpv4: "10.64.0.0/16", ipProtocol: "tcp", fromPort: 443, toPort: 443 }),
    "InvalidPermission.Duplicate",
  ],
  [
    "ports the wrong way round",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    () => ({ securityGroupId: id("group"), cidrIpv4: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 443, toPort: 80 }),
    "Invalid TCP/UDP port range (443:80)",
  ],
];
