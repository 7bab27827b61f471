{{/* The minor version of Kubernetes, as text: providers write 31+. */}}
{{- define "driver.minor" -}}
{{- regexFind "[0-9]+" .Capabilities.KubeVersion.Minor -}}
{{- end -}}

{{/*
The version of resource.k8s.io that the driver uses in this cluster: the best that the API server serves and that fits .Values.mode. If it
serves none that fits, a mode that is set is refused. Where no API server is asked, as with "helm template", which then knows no kind of
the core, a mode that is set decides with the Kubernetes version.
*/}}
{{- define "driver.api" -}}
{{- $mode := .Values.mode -}}
{{- $minor := int (include "driver.minor" .) -}}
{{- $served := "" -}}
{{- $possible := "" -}}
{{- $other := "" -}}
{{- $newest := 9999 -}}
{{- $rules := list (list "structured" "v1" "DeviceClass" 34 $newest) (list "structured" "v1beta2" "DeviceClass" 33 $newest) (list "structured" "v1beta1" "DeviceClass" 32 $newest) (list "structured" "v1alpha3" "DeviceClass" 31 33) (list "classic" "v1alpha2" "ResourceClass" 27 30) (list "classic" "v1alpha1" "ResourceClass" 26 26) -}}
{{- range $rule := $rules -}}
  {{- if and (ge $minor (index $rule 3)) (le $minor (index $rule 4)) -}}
    {{- $isServed := $.Capabilities.APIVersions.Has (printf "resource.k8s.io/%s/%s" (index $rule 1) (index $rule 2)) -}}
    {{- if has $mode (list "auto" (index $rule 0)) -}}
      {{- $possible = default (index $rule 1) $possible -}}
      {{- if $isServed }}{{- $served = default (index $rule 1) $served -}}{{- end -}}
    {{- else if $isServed -}}
      {{- $other = default (index $rule 1) $other -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if $served -}}
{{- $served -}}
{{- else if $other -}}
{{- fail (printf "mode=%s does not fit this cluster: Kubernetes %s serves resource.k8s.io/%s, which is for mode %s: set mode=auto" $mode .Capabilities.KubeVersion.Version $other (eq $mode "classic" | ternary "structured" "classic")) -}}
{{- else if eq $mode "auto" -}}
{{- fail (printf "Kubernetes %s serves no version of resource.k8s.io here by which the driver could work: switch dynamic resource allocation on, as docs/reference/kubernetes-versions.md says for this release, or set mode" .Capabilities.KubeVersion.Version) -}}
{{- else if .Capabilities.APIVersions.Has "v1/Pod" -}}
{{- fail (printf "mode=%s does not fit this cluster: Kubernetes %s serves no version of resource.k8s.io for it: switch dynamic resource allocation on, as docs/reference/kubernetes-versions.md says for this release, or use a release that has this mode" $mode .Capabilities.KubeVersion.Version) -}}
{{- else -}}
{{- default (eq $mode "classic" | ternary "v1alpha2" "v1") $possible -}}
{{- end -}}
{{- end -}}

{{/*
Whether the API server serves .kind of admissionregistration.k8s.io/v1. Where none is asked, the Kubernetes version decides: the minor
version .since and later have it.
*/}}
{{- define "driver.serves" -}}
{{- $capabilities := .root.Capabilities -}}
{{- $minor := int (include "driver.minor" .root) -}}
{{- or ($capabilities.APIVersions.Has (printf "admissionregistration.k8s.io/v1/%s" .kind)) (and (not ($capabilities.APIVersions.Has "v1/Pod")) (ge $minor .since)) -}}
{{- end -}}

{{/* classic or structured. */}}
{{- define "driver.mode" -}}
{{- has (include "driver.api" .) (list "v1alpha1" "v1alpha2") | ternary "classic" "structured" -}}
{{- end -}}

{{/*
A file of this chart, with the namespace, the registry and the tag of this release, and the API version of this cluster. The files are the manifests that the
build generates and those of the kustomize overlays, so that chart and overlays install the same.
*/}}
{{- define "driver.file" -}}
{{- $text := .root.Files.Get (printf "files/%s" .file) -}}
{{- if not $text }}{{ fail (printf "files/%s is missing: install the chart that the build made, target/helm/intel-gpu-resource-driver" .file) }}{{ end -}}
{{- $tag := default .root.Chart.AppVersion .root.Values.image.tag -}}
{{/* whatever registry the manifests were built for; quoted, because an address of IPv6 looks like a list */}}
{{- $text = regexReplaceAll "image: \"?[^\\s\"]*?(intel-gpu-(controller|node-agent|simulator)):[^\\s\"]+\"?" $text (printf "image: \"%s/${1}:%s\"" .root.Values.image.registry $tag) -}}
{{- if not .root.Values.image.tag -}}
  {{- range $name, $digest := .root.Values.image.digests -}}
    {{- if $digest }}{{- $text = regexReplaceAll (printf "(image: \"\\S+/intel-gpu-%s:[^\\s@\"]+)" $name) $text (printf "${1}@%s" $digest) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{/* quoted, because it may look like a number */}}
{{- $text = replace "namespace: default" (printf "namespace: %q" .root.Release.Namespace) $text -}}
{{- $text = regexReplaceAll "(?m)^apiVersion: resource\\.k8s\\.io/\\S+" $text (printf "apiVersion: resource.k8s.io/%s" (include "driver.api" .root)) -}}
{{- replace "system:serviceaccount:default:" (printf "system:serviceaccount:%s:" .root.Release.Namespace) $text -}}
{{- end -}}

{{/* .base with what .patch has, elements with the same .key replaced, into .result; as kustomize's patches do. */}}
{{- define "driver.mergeLists" -}}
{{- $result := list -}}
{{- $known := list -}}
{{- range $element := .base -}}
  {{- $known = append $known (get $element $.key) -}}
  {{- $merged := $element -}}
  {{- range $patch := $.patch -}}
    {{- if eq (get $patch $.key) (get $element $.key) -}}{{- $merged = $patch -}}{{- end -}}
  {{- end -}}
  {{- if not (hasKey $merged "$patch") -}}{{- $result = append $result $merged -}}{{- end -}}
{{- end -}}
{{- range $patch := .patch -}}
  {{- if not (has (get $patch $.key) $known) -}}{{- $result = append $result $patch -}}{{- end -}}
{{- end -}}
{{- $_ := set . "result" $result -}}
{{- end -}}

{{/* The workload .object with the patch of .file. */}}
{{- define "driver.patch" -}}
{{- $patch := fromYaml (include "driver.file" .) -}}
{{- with $patch.spec.updateStrategy }}{{- $_ := set $.object.spec "updateStrategy" . -}}{{- end -}}
{{- $pod := .object.spec.template.spec -}}
{{- $own := index $pod.containers 0 -}}
{{- range $container := $patch.spec.template.spec.containers -}}
  {{- if eq $container.name $own.name -}}
    {{- range $field, $key := dict "env" "name" "volumeMounts" "mountPath" -}}
      {{- $lists := dict "base" (get $own $field) "patch" (default list (get $container $field)) "key" $key -}}
      {{- include "driver.mergeLists" $lists -}}
      {{- $_ := set $own $field $lists.result -}}
    {{- end -}}
    {{- $_ := set $own "securityContext" (mergeOverwrite $own.securityContext (default dict $container.securityContext)) -}}
  {{- else -}}
    {{- $_ := set $container "imagePullPolicy" $.root.Values.image.pullPolicy -}}
    {{- $_ := set $pod "containers" (append $pod.containers $container) -}}
  {{- end -}}
{{- end -}}
{{- with $patch.spec.template.spec.affinity }}{{- $_ := set $pod "affinity" . -}}{{- end -}}
{{- $lists := dict "base" $pod.volumes "patch" (default list $patch.spec.template.spec.volumes) "key" "name" -}}
{{- include "driver.mergeLists" $lists -}}
{{- $_ := set $pod "volumes" $lists.result -}}
{{- end -}}

{{/* The workload .object with the settings .values of its application, which are those of .name. */}}
{{- define "driver.settings" -}}
{{- $pod := .object.spec.template.spec -}}
{{- $own := index $pod.containers 0 -}}
{{- $_ := set $own "imagePullPolicy" .root.Values.image.pullPolicy -}}
{{- $_ := set $own "resources" .values.resources -}}
{{- range $probe, $settings := .values.probes -}}
  {{- $_ := set $own $probe (mergeOverwrite (get $own $probe) $settings) -}}
{{- end -}}
{{- $env := list -}}
{{- range $name, $value := .values.settings -}}
  {{- if and (kindIs "float64" $value) (eq $value (floor $value)) -}}
    {{- $value = int64 $value -}}{{/* else 1048576 would be 1.048576e+06 */}}
  {{- end -}}
  {{- $env = append $env (dict "name" $name "value" (toString $value)) -}}
{{- end -}}
{{- range $variable := .values.env -}}
  {{- if has $variable.name (list "NODE_NAME" "POD_NAME" "POD_NAMESPACE" "POD_UID") }}{{ fail (printf "%s.env has %s, which the driver sets itself: remove it" $.name $variable.name) }}{{ end -}}
  {{- if hasPrefix "GPU_" $variable.name }}{{ fail (printf "%s.env has %s, which belongs to the driver: set it in %s.settings" $.name $variable.name $.name) }}{{ end -}}
  {{- if hasKey $.values.settings $variable.name }}{{ fail (printf "%s.env and %s.settings both have %s: remove one" $.name $.name $variable.name) }}{{ end -}}
  {{- $env = append $env $variable -}}
{{- end -}}
{{- $lists := dict "base" $own.env "patch" $env "key" "name" -}}
{{- include "driver.mergeLists" $lists -}}
{{- $_ := set $own "env" $lists.result -}}
{{- if ne (int .values.revisionHistoryLimit) 10 }}{{- $_ := set .object.spec "revisionHistoryLimit" (int .values.revisionHistoryLimit) -}}{{- end -}}
{{- range $field, $value := .values.affinity -}}
  {{- if and $.values.nfd (eq $field "nodeAffinity") }}{{ fail (printf "%s.nfd sets nodeAffinity, and so does %s.affinity: remove one" $.name $.name) }}{{ end -}}
  {{- $_ := set $pod "affinity" (set (default dict $pod.affinity) $field $value) -}}
{{- end -}}
{{- $spread := list -}}
{{- range $constraint := .values.topologySpread -}}
  {{- $spread = append $spread (ternary $constraint (set (deepCopy $constraint) "labelSelector" $.object.spec.selector) (hasKey $constraint "labelSelector")) -}}
{{- end -}}
{{- with $spread }}{{- $_ := set $pod "topologySpreadConstraints" . -}}{{- end -}}
{{- $metadata := .object.spec.template.metadata -}}
{{- $_ := set $metadata "labels" (merge dict $metadata.labels .values.podLabels .root.Values.labels) -}}
{{- $_ := set $metadata "annotations" (merge dict .values.podAnnotations .root.Values.annotations (default dict $metadata.annotations)) -}}
{{- range $field := list "nodeSelector" "tolerations" "priorityClassName" -}}
  {{- $value := get $.values $field -}}
  {{- if $value }}{{- $_ := set $pod $field $value -}}{{- else }}{{- $_ := unset $pod $field -}}{{- end -}}
{{- end -}}
{{- with .root.Values.image.pullSecrets -}}
  {{- $secrets := list -}}
  {{- range . }}{{- $secrets = append $secrets (dict "name" .) -}}{{- end -}}
  {{- $_ := set $pod "imagePullSecrets" $secrets -}}
{{- end -}}
{{- end -}}

{{/*
The agent .object with the host's folders .kubeletDir and .cdiDir: mounts and settings together, for a path must be the same
inside and outside.
*/}}
{{- define "driver.folders" -}}
{{- $values := .root.Values -}}
{{- range $name, $value := dict "GPU_PLUGINS_DIR" "kubeletDir" "GPU_PLUGIN_DIR" "kubeletDir" "GPU_REGISTRY_DIR" "kubeletDir" "GPU_CDI_ROOT" "cdiDir" -}}
  {{- if hasKey $values.nodeAgent.settings $name }}{{ fail (printf "nodeAgent.settings.%s would move the setting and leave the mount where it is: set %s, which moves both" $name $value) }}{{ end -}}
{{- end -}}
{{- $pod := .object.spec.template.spec -}}
{{- $own := index $pod.containers 0 -}}
{{- $env := list -}}
{{- if ne $values.kubeletDir "/var/lib/kubelet" -}}
  {{- $env = append $env (dict "name" "GPU_PLUGINS_DIR" "value" (printf "%s/plugins" $values.kubeletDir)) -}}
  {{- $env = append $env (dict "name" "GPU_REGISTRY_DIR" "value" (printf "%s/plugins_registry" $values.kubeletDir)) -}}
{{- end -}}
{{- if ne $values.cdiDir "/var/run/cdi" -}}
  {{- $env = append $env (dict "name" "GPU_CDI_ROOT" "value" $values.cdiDir) -}}
{{- end -}}
{{- $lists := dict "base" $own.env "patch" $env "key" "name" -}}
{{- include "driver.mergeLists" $lists -}}
{{- $_ := set $own "env" $lists.result -}}
{{- range $mount := $own.volumeMounts -}}
  {{- $_ := set $mount "mountPath" (include "driver.folder" (dict "values" $values "path" $mount.mountPath)) -}}
{{- end -}}
{{- range $volume := $pod.volumes -}}
  {{- with $volume.hostPath }}{{- $_ := set . "path" (include "driver.folder" (dict "values" $values "path" .path)) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The host's folder .path, where .values have it. */}}
{{- define "driver.folder" -}}
{{- if eq .path "/var/run/cdi" -}}
{{- .values.cdiDir -}}
{{- else if hasPrefix "/var/lib/kubelet/" .path -}}
{{- .values.kubeletDir }}/{{ trimPrefix "/var/lib/kubelet/" .path -}}
{{- else -}}
{{- .path -}}
{{- end -}}
{{- end -}}

{{/* The objects of .file, each labelled, and the workloads with what the values say. */}}
{{- define "driver.objects" -}}
{{- $root := .root -}}
{{- range $text := regexSplit "(?m)^---\\s*$" (include "driver.file" .) -1 -}}
{{- $object := fromYaml $text -}}
{{- if $object.Error }}{{ fail (printf "files/%s is no YAML with these values: %s" $.file $object.Error) }}{{ end -}}
{{- $withoutController := and (eq (include "driver.mode" $root) "structured") (not $root.Values.controller.explain) -}}
{{- $watched := has $object.kind (list "PodMonitor" "Service") -}}
{{- if and $object.kind (not (and $watched $withoutController (eq $object.metadata.name "intel-gpu-controller"))) -}}
{{- include "driver.label" (dict "root" $root "metadata" $object.metadata) -}}
{{- if eq $object.kind "Deployment" -}}
  {{- include "driver.settings" (dict "root" $root "object" $object "values" $root.Values.controller "name" "controller") -}}
  {{- $_ := set $object.spec "replicas" $root.Values.controller.replicas -}}
{{- else if eq $object.kind "DaemonSet" -}}
  {{- if eq (include "driver.mode" $root) "structured" }}
    {{- include "driver.patch" (dict "root" $root "object" $object "file" "structured-patch.yaml") -}}
    {{/* kubelets of 1.31 and 1.32 cannot have two agents */}}
    {{- if or (not $root.Values.nodeAgent.surge) (has (include "driver.api" $root) (list "v1alpha3" "v1beta1")) }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "no-surge-patch.yaml") -}}{{- end -}}
  {{- end -}}
  {{- if $root.Values.nodeAgent.drmMemory }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "drm-memory-patch.yaml") -}}{{- end -}}
  {{- if and $root.Values.nodeAgent.claimStatus (eq (include "driver.mode" $root) "structured") }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "claim-status-patch.yaml") -}}{{- end -}}
  {{- if and $root.Values.nodeAgent.monitors (eq (include "driver.mode" $root) "structured") }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "monitors-patch.yaml") -}}{{- end -}}
  {{- if and $root.Values.nodeAgent.takeOver (eq (include "driver.mode" $root) "structured") }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "take-over-patch.yaml") -}}{{- end -}}
  {{- if $root.Values.openshift.enabled }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "openshift-patch.yaml") -}}{{- end -}}
  {{- if $root.Values.nodeAgent.nfd }}{{- include "driver.patch" (dict "root" $root "object" $object "file" "nfd-patch.yaml") -}}{{- end -}}
  {{- if $root.Values.simulator.enabled -}}
    {{- include "driver.patch" (dict "root" $root "object" $object "file" "simulator-patch.yaml") -}}
    {{/* two simulators cannot play one kernel */}}
    {{- $_ := set $object.spec "updateStrategy" (dict "type" "RollingUpdate") -}}
  {{- end -}}
  {{- include "driver.settings" (dict "root" $root "object" $object "values" $root.Values.nodeAgent "name" "nodeAgent") -}}
  {{- include "driver.folders" (dict "root" $root "object" $object) -}}
{{- else if eq $object.kind "CustomResourceDefinition" -}}
  {{- if $root.Values.crds.keep }}{{- $_ := set $object.metadata "annotations" (mergeOverwrite (default dict $object.metadata.annotations) (dict "helm.sh/resource-policy" "keep")) -}}{{- end -}}
{{- else if eq $object.kind "NetworkPolicy" -}}
  {{- include "driver.network" (dict "values" $root.Values.networkPolicy "spec" $object.spec) -}}
{{- else if eq $object.kind "PodMonitor" -}}
  {{- $_ := set $object.metadata "labels" (mergeOverwrite $object.metadata.labels $root.Values.monitoring.podMonitorLabels) -}}
  {{- range $endpoint := $object.spec.podMetricsEndpoints }}{{- $_ := set $endpoint "interval" $root.Values.monitoring.interval -}}{{- end -}}
{{- else if and (eq $object.kind "SecurityContextConstraints") (or $root.Values.nodeAgent.drmMemory $root.Values.simulator.enabled) -}}
  {{/* these containers are privileged */}}
  {{- range $field, $value := dict "allowPrivilegedContainer" true "allowPrivilegeEscalation" true "requiredDropCapabilities" list "seccompProfiles" (list "runtime/default" "*") -}}
    {{- $_ := set $object $field $value -}}
  {{- end -}}
{{- end }}
---
{{ toYaml $object }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* .metadata with the labels and annotations of all objects. */}}
{{- define "driver.label" -}}
{{- $chart := printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- $own := dict "app.kubernetes.io/managed-by" .root.Release.Service "helm.sh/chart" $chart -}}
{{- range $value, $labels := dict "labels" .root.Values.labels "controller.podLabels" .root.Values.controller.podLabels "nodeAgent.podLabels" .root.Values.nodeAgent.podLabels -}}
  {{- range $name, $ignored := $labels -}}
    {{- if has $name (list "app.kubernetes.io/name" "app.kubernetes.io/managed-by" "helm.sh/chart") }}{{ fail (printf "%s has the label %s, by which the driver's objects are found: remove it" $value $name) }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- $_ := set .metadata "labels" (merge $own (default dict .metadata.labels) .root.Values.labels) -}}
{{- with .root.Values.annotations }}{{- $_ := set $.metadata "annotations" (merge dict (default dict $.metadata.annotations) .) -}}{{- end -}}
{{- end -}}

{{/* The rules .spec of the NetworkPolicy with what .values say. */}}
{{- define "driver.network" -}}
{{- with .values.metricsFrom }}{{- $_ := set (index $.spec.ingress 0) "from" . -}}{{- end -}}
{{- $api := index .spec.egress 0 -}}
{{- $ports := list -}}
{{- range .values.apiServerPorts }}{{- $ports = append $ports (dict "port" (int .) "protocol" "TCP") -}}{{- end -}}
{{- $_ := set $api "ports" $ports -}}
{{- $to := list -}}
{{- range .values.apiServerCidrs }}{{- $to = append $to (dict "ipBlock" (dict "cidr" .)) -}}{{- end -}}
{{- with $to }}{{- $_ := set $api "to" . -}}{{- end -}}
{{- end -}}
