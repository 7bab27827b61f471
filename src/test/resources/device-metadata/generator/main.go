// Writes, for each folder with an input.json below its argument, what a driver with Kubernetes' Go
// library writes and answers for this claim: the files below files/, and answer.json.
package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	resourceapi "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/dynamic-resource-allocation/api/metadata/v1alpha1"
	"k8s.io/dynamic-resource-allocation/api/metadata/v1beta1"
	"k8s.io/dynamic-resource-allocation/kubeletplugin"
	drapb "k8s.io/kubelet/pkg/apis/dra/v1"
)

type device struct {
	Requests   []string                               `json:"requests"`
	Pool       string                                 `json:"pool"`
	Device     string                                 `json:"device"`
	CDIDevices []string                               `json:"cdiDevices"`
	Attributes map[string]resourceapi.DeviceAttribute `json:"attributes"`
}

type input struct {
	Claim   resourceapi.ResourceClaim `json:"claim"`
	Devices []device                  `json:"devices"`
}

type driver struct{ input input }

func (d driver) PrepareResourceClaims(_ context.Context, claims []*resourceapi.ResourceClaim) (map[types.UID]kubeletplugin.PrepareResult, error) {
	var devices []kubeletplugin.Device
	for _, given := range d.input.Devices {
		devices = append(devices, kubeletplugin.Device{
			Requests: given.Requests, PoolName: given.Pool, DeviceName: given.Device, CDIDeviceIDs: given.CDIDevices,
			Metadata: &kubeletplugin.DeviceMetadata{Attributes: given.Attributes}})
	}
	return map[types.UID]kubeletplugin.PrepareResult{claims[0].UID: {Devices: devices}}, nil
}

func (d driver) UnprepareResourceClaims(context.Context, []kubeletplugin.NamespacedObject) (map[types.UID]error, error) {
	return nil, nil
}

func (d driver) HandleError(_ context.Context, err error, msg string) { panic(msg + ": " + err.Error()) }

func (d driver) WatchHealthStatus(ctx context.Context, _ chan<- kubeletplugin.DeviceHealthReport) error {
	<-ctx.Done()
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func check(err error) { must(0, err) }

func write(path string, data []byte) error {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	return os.WriteFile(path, data, 0o644)
}

func main() {
	for _, file := range must(filepath.Glob(filepath.Join(os.Args[1], "*", "input.json"))) {
		generate(filepath.Dir(file))
	}
}

func generate(folder string) {
	var in input
	check(json.Unmarshal(must(os.ReadFile(filepath.Join(folder, "input.json"))), &in))
	out := filepath.Join(folder, "files")
	check(os.RemoveAll(out))
	sockets := must(os.MkdirTemp("", "generator"))
	defer os.RemoveAll(sockets)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	helper := must(kubeletplugin.Start(ctx, driver{in},
		kubeletplugin.DriverName("gpu.intel.com"),
		kubeletplugin.NodeName("node1"),
		kubeletplugin.KubeClient(fake.NewClientset(&in.Claim)),
		kubeletplugin.RegistrationService(false),
		kubeletplugin.PluginDataDirectoryPath("/var/lib/kubelet/plugins/gpu.intel.com"),
		kubeletplugin.PluginListener(func(context.Context, string) (net.Listener, error) {
			return net.Listen("unix", filepath.Join(sockets, "dra.sock"))
		}),
		kubeletplugin.EnableDeviceMetadata(true,
			[]schema.GroupVersion{v1beta1.SchemeGroupVersion, v1alpha1.SchemeGroupVersion}),
		kubeletplugin.MetadataFileOps(kubeletplugin.MetadataFileOperations{
			MkdirAll:  func(string, os.FileMode) error { return nil },
			WriteFile: func(path string, data []byte, _ os.FileMode) error { return write(filepath.Join(out, path), data) },
		})))
	defer helper.Stop()
	connection := must(grpc.NewClient("unix://"+filepath.Join(sockets, "dra.sock"),
		grpc.WithTransportCredentials(insecure.NewCredentials())))
	defer connection.Close()
	answer := must(drapb.NewDRAPluginClient(connection).NodePrepareResources(ctx, &drapb.NodePrepareResourcesRequest{
		Claims: []*drapb.Claim{{Namespace: in.Claim.Namespace, Name: in.Claim.Name, Uid: string(in.Claim.UID)}}}))
	var lines []string
	for _, given := range answer.Claims[string(in.Claim.UID)].Devices {
		lines = append(lines, given.DeviceName+" "+strings.Join(given.CdiDeviceIds, " ")+"\n")
	}
	check(write(filepath.Join(folder, "answer.txt"), []byte(strings.Join(lines, ""))))
}
