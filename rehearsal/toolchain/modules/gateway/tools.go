//go:build tools

// Package tools names what is built in this module: the controllers of a live gateway, the external processor.
package tools

import (
	_ "github.com/envoyproxy/ai-gateway/cmd/controller"
	_ "github.com/envoyproxy/ai-gateway/cmd/extproc"
	_ "github.com/envoyproxy/gateway/cmd/envoy-gateway"
)
