// Answers for each cluster of its standard input, node by node, what the allocator of Kubernetes' scheduler answers.
// A cluster is one line of JSON, as RandomClusterCases writes it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	core "k8s.io/api/core/v1"
	resource "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/dynamic-resource-allocation/cel"
	"k8s.io/dynamic-resource-allocation/structured"
	"k8s.io/utils/ptr"
)

type cluster struct {
	Seed    int64
	Nodes   []*core.Node
	Slices  []*resource.ResourceSlice
	Classes []*resource.DeviceClass
	Held    []*resource.ResourceClaim
	Waiting []*resource.ResourceClaim
}

type classes map[string]*resource.DeviceClass

func (c classes) List() ([]*resource.DeviceClass, error) { return nil, nil }

func (c classes) Get(name string) (*resource.DeviceClass, error) {
	if class, ok := c[name]; ok {
		return class, nil
	}
	return nil, errors.New("no such class")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	cache := cel.NewCache(500, cel.Features{EnableConsumableCapacity: true})
	for lines.Scan() {
		var c cluster
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		answer(c, cache)
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}

func answer(c cluster, cache *cel.Cache) {
	known := classes{}
	for _, class := range c.Classes {
		known[class.Name] = class
	}
	features := structured.Features{
		AdminAccess:             true,
		PrioritizedList:         true,
		PartitionableDevices:    true,
		DeviceTaints:            true,
		DeviceBindingAndStatus:  true,
		ConsumableCapacity:      true,
		FractionalCapacityRange: true,
	}
	for _, node := range c.Nodes {
		ctx := context.Background()
		allocator, err := structured.NewAllocator(ctx, features, held(c), known, c.Slices, cache)
		if err != nil {
			panic(err)
		}
		result, err := allocator.Allocate(ctx, node, c.Waiting)
		switch {
		case errors.Is(err, structured.ErrFailedAllocationOnNode):
			fmt.Printf("%d %s none\n", c.Seed, node.Name)
		case err != nil:
			fmt.Printf("%d %s error\n", c.Seed, node.Name)
		case result == nil:
			fmt.Printf("%d %s none\n", c.Seed, node.Name)
		default:
			var devices []string
			for i, allocation := range result {
				for _, d := range allocation.Devices.Results {
					devices = append(devices,
						fmt.Sprintf("%s:%s=%s/%s/%s", c.Waiting[i].Name, d.Request, d.Driver, d.Pool, d.Device))
				}
			}
			fmt.Printf("%d %s fits [%s]\n", c.Seed, node.Name, strings.Join(devices, ", "))
		}
	}
}

func held(c cluster) structured.AllocatedState {
	state := structured.AllocatedState{
		AllocatedDevices:         sets.New[structured.DeviceID](),
		AllocatedSharedDeviceIDs: sets.New[structured.SharedDeviceID](),
		AggregatedCapacity:       structured.NewConsumedCapacityCollection(),
	}
	for _, claim := range c.Held {
		for _, r := range claim.Status.Allocation.Devices.Results {
			if ptr.Deref(r.AdminAccess, false) {
				continue
			}
			id := structured.MakeDeviceID(r.Driver, r.Pool, r.Device)
			if r.ShareID == nil {
				state.AllocatedDevices.Insert(id)
				continue
			}
			state.AllocatedSharedDeviceIDs.Insert(structured.MakeSharedDeviceID(id, r.ShareID))
			if r.ConsumedCapacity != nil {
				state.AggregatedCapacity.Insert(structured.NewDeviceConsumedCapacity(id, r.ConsumedCapacity))
			}
		}
	}
	return state
}
