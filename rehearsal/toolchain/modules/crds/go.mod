// The add-ons' custom resource definitions, taken from the modules that ship them as files; go.sum guards every byte.
module freehold/toolchain/crds

go 1.26.6

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/cilium/cilium v1.20.2
	github.com/cloudnative-pg/cloudnative-pg v1.30.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.13.0
	github.com/envoyproxy/ai-gateway v1.0.0
	github.com/envoyproxy/gateway v1.9.0
	github.com/kedacore/keda/v2 v2.20.2
	github.com/prometheus-operator/prometheus-operator v0.93.0
	github.com/rook/rook v1.20.1
	sigs.k8s.io/kueue v0.19.2
	sigs.k8s.io/lws v0.9.0
)
