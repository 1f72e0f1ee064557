//go:build tools

// Package tools names what is built in this module: Envoy's rate limit service.
package tools

import _ "github.com/envoyproxy/ratelimit/src/service_cmd"
