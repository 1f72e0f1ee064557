//go:build tools

// Package tools names what is built in this module: the Pulumi CLI, the engine.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
