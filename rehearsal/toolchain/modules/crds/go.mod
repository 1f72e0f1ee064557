// The add-ons' custom resource definitions, taken from the modules that ship them as files; go.sum guards every byte.
module freehold/toolchain/crds

go 1.26.6

require (
	github.com/envoyproxy/ai-gateway v1.0.0
	github.com/envoyproxy/gateway v1.9.0
)
